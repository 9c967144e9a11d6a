/** The price picture: candles, volume, our fills, our lines. Draws and remembers nothing. */

import { ticks, timeLabel, timeStep } from '../../lib/canvas/axis';
import { font } from '../../lib/canvas/font';
import type { Ink } from '../../lib/canvas/ink.svelte';
import { figures } from '../../lib/canvas/text';
import type { Bar, Mark } from '../../lib/wire';
import { drawMarks } from './marks';
import { drawLast, drawLines, drawPointer } from './overlay';

export type PriceLine = { price: number; text: string; kind: 'buy' | 'sell' | 'target' | 'stop' | 'average' };
export type Scene = {
  bars: Bar[];
  /** Candles that fit; fewer bars leave room at the left. */
  count: number;
  width_s: number;
  marks: Mark[];
  lines: PriceLine[];
  last: number | null;
  price: (value: number) => string;
  pointer: { x: number; y: number } | null;
  ink: Ink;
};

export const AXIS_W = 74;
export const AXIS_H = 20;
const GAP_RIGHT = 6;

/** From bar numbers and prices to pixels. */
export type Frame = {
  x: (index: number) => number;
  y: (price: number) => number;
  step: number;
  plotW: number;
  plotH: number;
  low: number;
  high: number;
};

export function frameOf(scene: Scene, width: number, height: number): Frame {
  const plotW = width - AXIS_W;
  const plotH = height - AXIS_H;
  let [low, high] = [Infinity, -Infinity];
  for (const [, , h, l] of scene.bars) [low, high] = [Math.min(low, l), Math.max(high, h)];
  const near = (high - low) * 0.25 || high * 1e-4;
  for (const { price } of scene.lines)
    if (price > low - near && price < high + near)
      [low, high] = [Math.min(low, price), Math.max(high, price)];
  const room = (high - low) * 0.09 || high * 1e-4 || 1;
  [low, high] = [low - room, high + room];
  const step = plotW / (scene.count + GAP_RIGHT);
  const offset = scene.count - scene.bars.length;
  return {
    x: (index) => (index + offset + 0.5) * step,
    y: (price) => ((high - price) / (high - low)) * plotH,
    step,
    plotW,
    plotH,
    low,
    high
  };
}

export function drawCandles(ctx: CanvasRenderingContext2D, scene: Scene, width: number, height: number) {
  if (scene.bars.length === 0) return;
  const frame = frameOf(scene, width, height);
  ctx.lineWidth = 1;
  drawGrid(ctx, scene, frame);
  ctx.save();
  ctx.beginPath();
  ctx.rect(0, 0, frame.plotW, frame.plotH);
  ctx.clip();
  drawVolume(ctx, scene, frame);
  drawBars(ctx, scene, frame);
  drawMarks(ctx, scene, frame);
  ctx.restore();
  drawLines(ctx, scene, frame);
  if (scene.last !== null) drawLast(ctx, scene, frame, scene.last);
  if (scene.pointer) drawPointer(ctx, scene, frame, scene.pointer);
}

function drawGrid(ctx: CanvasRenderingContext2D, scene: Scene, frame: Frame) {
  const { ink } = scene;
  ctx.font = font(11);
  ctx.textBaseline = 'middle';
  ctx.strokeStyle = ink.line;
  ctx.fillStyle = ink.faint;
  ctx.globalAlpha = 0.7;
  ctx.beginPath();
  const prices = ticks(frame.low, frame.high, frame.plotH / 58).filter(
    (p) => frame.y(p) > 8 && frame.y(p) < frame.plotH - 8
  );
  for (const price of prices) {
    const y = Math.round(frame.y(price)) + 0.5;
    ctx.moveTo(0, y);
    ctx.lineTo(frame.plotW, y);
  }
  const step = timeStep((96 / frame.step) * scene.width_s);
  const labels = scene.bars.map(([t], i) => [t, frame.x(i)] as const).filter(([t]) => t % step === 0);
  for (const [, x] of labels) {
    ctx.moveTo(Math.round(x) + 0.5, 0);
    ctx.lineTo(Math.round(x) + 0.5, frame.plotH);
  }
  ctx.stroke();
  ctx.globalAlpha = 1;
  const covered = scene.last === null ? -99 : frame.y(scene.last);
  for (const price of prices)
    if (Math.abs(frame.y(price) - covered) > 13)
      figures(ctx, scene.price(price), frame.plotW + 8, frame.y(price));
  for (const [t, x] of labels)
    if (x > 24 && x < frame.plotW - 24)
      figures(ctx, timeLabel(t, step), x, frame.plotH + AXIS_H / 2, 'center');
}

function drawVolume(ctx: CanvasRenderingContext2D, scene: Scene, frame: Frame) {
  const most = Math.max(...scene.bars.map((bar) => bar[5]));
  if (!(most > 0)) return;
  const body = Math.max(1, Math.floor(frame.step * 0.66));
  ctx.globalAlpha = 0.2;
  scene.bars.forEach(([, open, , , close, volume], i) => {
    const tall = (volume / most) * frame.plotH * 0.14;
    ctx.fillStyle = close >= open ? scene.ink.up : scene.ink.down;
    ctx.fillRect(Math.round(frame.x(i) - body / 2), frame.plotH - tall, body, tall);
  });
  ctx.globalAlpha = 1;
}

/** Rising candles are hollow, falling ones solid: the direction shows without colour. */
function drawBars(ctx: CanvasRenderingContext2D, scene: Scene, frame: Frame) {
  const body = Math.max(1, Math.floor(frame.step * 0.66) | 1);
  scene.bars.forEach(([, open, high, low, close], i) => {
    const rises = close >= open;
    const x = Math.round(frame.x(i));
    const [top, bottom] = [
      Math.round(frame.y(Math.max(open, close))),
      Math.round(frame.y(Math.min(open, close)))
    ];
    ctx.strokeStyle = ctx.fillStyle = rises ? scene.ink.up : scene.ink.down;
    ctx.beginPath();
    ctx.moveTo(x + 0.5, Math.round(frame.y(high)));
    ctx.lineTo(x + 0.5, top);
    ctx.moveTo(x + 0.5, bottom);
    ctx.lineTo(x + 0.5, Math.round(frame.y(low)));
    ctx.stroke();
    const left = x - (body - 1) / 2;
    if (rises && body >= 3 && bottom - top >= 2)
      ctx.strokeRect(left + 0.5, top + 0.5, body - 1, bottom - top - 1);
    else ctx.fillRect(left, top, body, Math.max(1, bottom - top));
  });
}

/** The bar under the pointer. */
export function nearest(scene: Scene, frame: Frame, x: number): number {
  const index = Math.round((x - frame.x(0)) / frame.step);
  return Math.max(0, Math.min(scene.bars.length - 1, index));
}
