/** Net result since the start; the fall from its peak is shaded. */

import { ticks, timeLabel, timeStep } from '../../lib/canvas/axis';
import { font } from '../../lib/canvas/font';
import type { Ink } from '../../lib/canvas/ink.svelte';
import { figures } from '../../lib/canvas/text';
import type { PnlPoint } from '../../lib/wire';

export type PnlScene = {
  points: PnlPoint[];
  label: (value: number) => string;
  pointer: number | null;
  ink: Ink;
};

const AXIS_W = 74;
const AXIS_H = 16;

export function drawPnl(ctx: CanvasRenderingContext2D, scene: PnlScene, width: number, height: number) {
  const { points, ink } = scene;
  if (points.length < 2) return;
  const [w, h] = [width - AXIS_W, height - AXIS_H];
  const [start, end] = [points[0]![0], points[points.length - 1]![0]];
  let [low, high] = [0, 0];
  for (const [, net, drawdown] of points) [low, high] = [Math.min(low, net), Math.max(high, net - drawdown)];
  const room = (high - low) * 0.1 || 1;
  [low, high] = [low - room, high + room];
  const x = (at: number) => ((at - start) / Math.max(1, end - start)) * (w - 8);
  const y = (value: number) => ((high - value) / (high - low)) * h;

  drawScale(ctx, { low, high, w, h, start, end, x, y }, scene);
  const peak = (point: PnlPoint) => y(point[1] - point[2]);
  ctx.beginPath();
  for (const point of points) ctx.lineTo(x(point[0]), peak(point));
  for (let i = points.length - 1; i >= 0; i -= 1) ctx.lineTo(x(points[i]![0]), y(points[i]![1]));
  ctx.closePath();
  ctx.globalAlpha = 0.2;
  ctx.fillStyle = ink.down;
  ctx.fill();
  ctx.globalAlpha = 1;

  ctx.beginPath();
  for (const [at, net] of points) ctx.lineTo(x(at), y(net));
  ctx.strokeStyle = points[points.length - 1]![1] >= 0 ? ink.up : ink.down;
  ctx.lineWidth = 1.5;
  ctx.lineJoin = 'round';
  ctx.stroke();
  ctx.lineWidth = 1;
  const last = points[points.length - 1]!;
  const shown =
    scene.pointer === null ? last : (points.find((point) => x(point[0]) >= scene.pointer!) ?? last);
  drawPoint(ctx, { at: x(shown[0]), y: y(shown[1]), w, h, net: shown[1], pointed: shown !== last }, scene);
}

type Scale = {
  low: number;
  high: number;
  w: number;
  h: number;
  start: number;
  end: number;
  x: (at: number) => number;
  y: (value: number) => number;
};

function drawScale(ctx: CanvasRenderingContext2D, s: Scale, { label, ink, points }: PnlScene) {
  const now = points[points.length - 1]![1];
  ctx.font = font(11);
  ctx.textBaseline = 'middle';
  ctx.fillStyle = ink.faint;
  for (const value of ticks(s.low, s.high, s.h / 34)) {
    const y = Math.round(s.y(value)) + 0.5;
    if (y < 6 || y > s.h - 3) continue;
    const hidden = Math.abs(y - s.y(now)) < 13;
    ctx.strokeStyle = value === 0 ? ink.faint : ink.line;
    ctx.setLineDash(value === 0 ? [2, 3] : []);
    ctx.globalAlpha = 0.7;
    ctx.beginPath();
    ctx.moveTo(0, y);
    ctx.lineTo(s.w, y);
    ctx.stroke();
    ctx.globalAlpha = 1;
    ctx.setLineDash([]);
    if (!hidden) figures(ctx, label(value), s.w + 8, y);
  }
  const step = timeStep(((s.end - s.start) / 1000) * (110 / s.w));
  for (let at = Math.ceil(s.start / 1000 / step) * step; at * 1000 <= s.end; at += step) {
    const x = s.x(at * 1000);
    if (x > 24 && x < s.w - 30) figures(ctx, timeLabel(at, step), x, s.h + AXIS_H / 2, 'center');
  }
}

type Spot = { at: number; y: number; w: number; h: number; net: number; pointed: boolean };

function drawPoint(ctx: CanvasRenderingContext2D, spot: Spot, { label, ink }: PnlScene) {
  if (spot.pointed) {
    ctx.strokeStyle = ink.faint;
    ctx.beginPath();
    ctx.moveTo(spot.at, 0);
    ctx.lineTo(spot.at, spot.h);
    ctx.stroke();
  }
  ctx.fillStyle = spot.net >= 0 ? ink.up : ink.down;
  ctx.beginPath();
  ctx.arc(spot.at, spot.y, 2.5, 0, Math.PI * 2);
  ctx.fill();
  const y = Math.max(8, Math.min(spot.h - 2, spot.y));
  const tone = ctx.fillStyle;
  ctx.fillStyle = ink.raise;
  ctx.fillRect(spot.w, y - 8, AXIS_W, 16);
  ctx.fillStyle = tone;
  ctx.font = font(11, 600);
  figures(ctx, label(spot.net), spot.w + 8, y);
}
