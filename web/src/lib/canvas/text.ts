/** Text on canvas with tabular figures: canvas has no `tnum`, so digits are set one by one in equal cells. */

const cells = new Map<string, number>();

function cell(ctx: CanvasRenderingContext2D): number {
  let width = cells.get(ctx.font);
  if (width === undefined || !document.fonts.check(ctx.font)) {
    width = Math.max(...'0123456789'.split('').map((digit) => ctx.measureText(digit).width));
    cells.set(ctx.font, width);
  }
  return width;
}

const isDigit = (char: string) => char >= '0' && char <= '9';

export function figuresWidth(ctx: CanvasRenderingContext2D, text: string): number {
  const digit = cell(ctx);
  let width = 0;
  for (const char of text) width += isDigit(char) ? digit : ctx.measureText(char).width;
  return width;
}

/** Draws `text` with its left or right edge at `x`. */
export function figures(
  ctx: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  align: 'left' | 'right' | 'center' = 'left'
) {
  const digit = cell(ctx);
  const whole = align === 'left' ? 0 : figuresWidth(ctx, text);
  let at = align === 'left' ? x : align === 'right' ? x - whole : x - whole / 2;
  ctx.textAlign = 'left';
  for (const char of text) {
    const width = ctx.measureText(char).width;
    ctx.fillText(char, isDigit(char) ? at + (digit - width) / 2 : at, y);
    at += isDigit(char) ? digit : width;
  }
}
