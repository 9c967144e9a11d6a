/** Lines across the picture: our orders, the position's bounds, the last price, and what the pointer is on. */

import { timeLabel } from '../../lib/canvas/axis';
import { font } from '../../lib/canvas/font';
import type { Ink } from '../../lib/canvas/ink.svelte';
import { figures, figuresWidth } from '../../lib/canvas/text';
import { AXIS_H, AXIS_W, nearest, type Frame, type PriceLine, type Scene } from './candles';

export function drawLines(ctx: CanvasRenderingContext2D, scene: Scene, frame: Frame) {
  const beyond = { above: 0, below: 0 };
  const labels: Label[] = [];
  for (const line of scene.lines) {
    const y = frame.y(line.price);
    if (y < 4) drawBeyond(ctx, scene, frame, line, { above: true, row: beyond.above++ });
    else if (y > frame.plotH - 4) drawBeyond(ctx, scene, frame, line, { above: false, row: beyond.below++ });
    else drawLine(ctx, scene, frame, line, labels);
  }
}

/** Where a label stands already; the next one near its height goes to its left. */
type Label = { y: number; left: number };

function drawLine(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  frame: Frame,
  line: PriceLine,
  labels: Label[]
) {
  const y = Math.round(frame.y(line.price)) + 0.5;
  const { ink } = scene;
  const colour = colourOf(line, ink);
  const from = line.kind === 'average' ? 0 : frame.plotW * 0.75;
  ctx.strokeStyle = colour;
  ctx.setLineDash(
    line.kind === 'average' ? [2, 4] : line.kind === 'buy' || line.kind === 'sell' ? [] : [6, 3]
  );
  ctx.beginPath();
  ctx.moveTo(from, y);
  ctx.lineTo(frame.plotW, y);
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.font = font(10.5, 500);
  ctx.textBaseline = 'middle';
  const wide = figuresWidth(ctx, line.text);
  const inTheWay = labels.filter((label) => Math.abs(label.y - y) < 14).map((label) => label.left);
  const left = line.kind === 'average' ? 8 : Math.min(frame.plotW, ...inTheWay) - wide - 8;
  if (line.kind !== 'average') labels.push({ y, left });
  ctx.fillStyle = ink.bg;
  ctx.fillRect(left - 4, y - 7, wide + 8, 14);
  ctx.fillStyle = colour;
  figures(ctx, line.text, left, y);
}

function colourOf(line: PriceLine, ink: Ink): string {
  return { buy: ink.accent, sell: ink.accent, target: ink.ok, stop: ink.bad, average: ink.muted }[line.kind];
}

type Place = { above: boolean; row: number };

/** A line outside the picture is told at its edge, with its price. */
function drawBeyond(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  frame: Frame,
  line: PriceLine,
  place: Place
) {
  const { above, row } = place;
  ctx.font = font(10.5, 500);
  ctx.fillStyle = colourOf(line, scene.ink);
  const text = `${above ? '↑' : '↓'} ${line.text} ${scene.price(line.price)}`;
  figures(ctx, text, frame.plotW - 6, above ? 10 + row * 15 : frame.plotH - 10 - row * 15, 'right');
}

export function drawLast(ctx: CanvasRenderingContext2D, scene: Scene, frame: Frame, last: number) {
  const y = Math.round(frame.y(last)) + 0.5;
  if (y < 0 || y > frame.plotH) return;
  ctx.strokeStyle = scene.ink.accent;
  ctx.setLineDash([1, 3]);
  ctx.beginPath();
  ctx.moveTo(0, y);
  ctx.lineTo(frame.plotW, y);
  ctx.stroke();
  ctx.setLineDash([]);
  tag(ctx, scene.price(last), frame, y, scene.ink.accent, scene.ink.bg);
}

function tag(
  ctx: CanvasRenderingContext2D,
  text: string,
  frame: Frame,
  y: number,
  ground: string,
  ink: string
) {
  ctx.font = font(11, 600);
  ctx.fillStyle = ground;
  ctx.fillRect(frame.plotW, y - 8.5, AXIS_W, 17);
  ctx.fillStyle = ink;
  ctx.textBaseline = 'middle';
  figures(ctx, text, frame.plotW + 8, y);
}

export function drawPointer(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  frame: Frame,
  at: { x: number; y: number }
) {
  if (at.x > frame.plotW || at.y > frame.plotH) return;
  const { ink } = scene;
  const index = nearest(scene, frame, at.x);
  const bar = scene.bars[index];
  const x = Math.round(frame.x(index)) + 0.5;
  ctx.strokeStyle = ink.faint;
  ctx.setLineDash([3, 3]);
  ctx.beginPath();
  ctx.moveTo(x, 0);
  ctx.lineTo(x, frame.plotH);
  ctx.moveTo(0, Math.round(at.y) + 0.5);
  ctx.lineTo(frame.plotW, Math.round(at.y) + 0.5);
  ctx.stroke();
  ctx.setLineDash([]);
  const price = frame.high - (at.y / frame.plotH) * (frame.high - frame.low);
  tag(ctx, scene.price(price), frame, at.y, ink.raise, ink.text);
  if (!bar) return;
  ctx.font = font(11);
  const label = timeLabel(bar[0], scene.width_s);
  const wide = figuresWidth(ctx, label) + 12;
  ctx.fillStyle = ink.raise;
  ctx.fillRect(x - wide / 2, frame.plotH + 1, wide, AXIS_H - 2);
  ctx.fillStyle = ink.text;
  figures(ctx, label, x, frame.plotH + AXIS_H / 2, 'center');
}
