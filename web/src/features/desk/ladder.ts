/** The book as a ladder: price in the middle, both sides as bars, our orders as notches in their queue. */

import { font } from '../../lib/canvas/font';
import type { Ink } from '../../lib/canvas/ink.svelte';
import { figures, figuresWidth } from '../../lib/canvas/text';
import type { Ladder } from '../../lib/wire';
import { rungs, standing, type Rung } from './rungs';

export type LadderScene = {
  ladder: Ladder;
  decimal: (text: string | null) => string;
  words: { ahead: string; spread: string };
  ink: Ink;
};

const WANTED_ROW = 21;

export function rowsThatFit(height: number): { side: number; row: number; mid: number } {
  const side = Math.max(3, Math.floor((height / WANTED_ROW - 1) / 2));
  const row = height / (side * 2 + 1.15);
  return { side, row, mid: row * 1.15 };
}

export function drawLadder(ctx: CanvasRenderingContext2D, scene: LadderScene, width: number, height: number) {
  const { ladder, ink } = scene;
  const { side, row, mid } = rowsThatFit(height);
  const asks = rungs(ladder.asks, ladder.ours, 'ask').slice(0, side);
  const bids = rungs(ladder.bids, ladder.ours, 'bid').slice(0, side);
  const most = Math.max(1e-12, ...[...asks, ...bids].map((rung) => Number(rung.qty ?? 0)));
  ctx.textBaseline = 'middle';
  const priceW = priceColumn(ctx, scene, [...asks, ...bids]);
  const geometry = { width, row, priceW, most };
  asks.forEach((rung, i) => drawRung(ctx, scene, rung, (side - 1 - i) * row, geometry));
  bids.forEach((rung, i) => drawRung(ctx, scene, rung, side * row + mid + i * row, geometry));
  drawMiddle(ctx, scene, side * row, mid, width);
  if (ladder.flags.includes('stale')) {
    ctx.globalAlpha = 0.6;
    ctx.fillStyle = ink.bg;
    ctx.fillRect(0, 0, width, height);
    ctx.globalAlpha = 1;
  }
}

function priceColumn(ctx: CanvasRenderingContext2D, scene: LadderScene, all: Rung[]): number {
  ctx.font = font(12);
  const widest = all.reduce((most, { price }) => Math.max(most, figuresWidth(ctx, scene.decimal(price))), 40);
  return widest + 22;
}

type Geometry = { width: number; row: number; priceW: number; most: number };

function drawRung(ctx: CanvasRenderingContext2D, scene: LadderScene, rung: Rung, top: number, g: Geometry) {
  const { ink } = scene;
  const bid = rung.side === 'bid';
  const colour = bid ? ink.up : ink.down;
  const middle = top + g.row / 2;
  const edge = bid ? g.width / 2 - g.priceW / 2 : g.width / 2 + g.priceW / 2;
  const room = g.width / 2 - g.priceW / 2 - 6;
  const long = (Number(rung.qty ?? 0) / g.most) * room;
  ctx.globalAlpha = 0.24;
  ctx.fillStyle = colour;
  ctx.fillRect(bid ? edge - long : edge, top + 1, long, g.row - 2);
  ctx.globalAlpha = 1;

  ctx.font = font(12, rung.ours.length ? 600 : 400);
  ctx.fillStyle = rung.ours.length ? ink.text : ink.muted;
  figures(ctx, scene.decimal(rung.price), g.width / 2, middle, 'center');
  ctx.font = font(12);
  ctx.fillStyle = colour;
  if (rung.qty !== null)
    figures(ctx, scene.decimal(rung.qty), bid ? edge - 7 : edge + 7, middle, bid ? 'right' : 'left');
  if (rung.ours.length) drawOurs(ctx, scene, rung, { ...g, edge, long: Math.max(long, 10), top });
}

/** A notch for each of our orders, and the words of the first on the empty side of its row. */
function drawOurs(
  ctx: CanvasRenderingContext2D,
  scene: LadderScene,
  rung: Rung,
  g: Geometry & { edge: number; long: number; top: number }
) {
  const { ink } = scene;
  const bid = rung.side === 'bid';
  ctx.fillStyle = ink.accent;
  for (const order of rung.ours) {
    const along = standing(order) * g.long;
    ctx.fillRect((bid ? g.edge - along : g.edge + along) - 1.5, g.top + 2, 3, g.row - 4);
  }
  const order = rung.ours[0]!;
  const words = [
    scene.decimal(order.left),
    order.ahead === null ? null : `${scene.words.ahead} ${scene.decimal(order.ahead)}`
  ];
  ctx.font = font(11, 500);
  const other = bid ? g.width / 2 + g.priceW / 2 : g.width / 2 - g.priceW / 2;
  const text = words.filter(Boolean).join(' · ');
  const room = g.width / 2 - g.priceW / 2 - 4;
  const fitting = figuresWidth(ctx, text) <= room ? text : words[0]!;
  figures(ctx, fitting, bid ? other + 3 : other - 3, g.top + g.row / 2, bid ? 'left' : 'right');
}

function drawMiddle(
  ctx: CanvasRenderingContext2D,
  scene: LadderScene,
  top: number,
  tall: number,
  width: number
) {
  const { ladder, ink, decimal, words } = scene;
  const middle = top + tall / 2;
  ctx.fillStyle = ink.raise;
  ctx.fillRect(0, top, width, tall);
  ctx.font = font(12.5, 600);
  ctx.fillStyle = ink.text;
  figures(ctx, decimal(ladder.last ?? ladder.mid), width / 2, middle, 'center');
  ctx.font = font(11);
  ctx.fillStyle = ink.muted;
  figures(ctx, `${words.spread} ${decimal(ladder.spread)}`, 10, middle);
  figures(ctx, `µ ${decimal(ladder.micro)}`, width - 10, middle, 'right');
}
