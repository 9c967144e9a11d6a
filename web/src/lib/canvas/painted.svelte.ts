import type { Attachment } from 'svelte/attachments';

export type Draw = (ctx: CanvasRenderingContext2D, width: number, height: number) => void;

/**
 * Keeps a canvas drawn: again when its size or the screen's density changes, when fonts arrive, and when anything
 * reactive that `draw` reads has changed. Sizes are in CSS pixels.
 */
export function painted(draw: Draw): Attachment<HTMLCanvasElement> {
  return (canvas) => {
    const ctx = canvas.getContext('2d')!;
    let size = $state.raw({ width: 0, height: 0, ratio: 1 });
    const observer = new ResizeObserver(([entry]) => {
      const { width, height } = entry!.contentRect;
      size = { width: Math.floor(width), height: Math.floor(height), ratio: devicePixelRatio || 1 };
    });
    observer.observe(canvas.parentElement!);
    void document.fonts.ready.then(() => (size = { ...size }));

    $effect(() => {
      const { width, height, ratio } = size;
      if (width <= 0 || height <= 0) return;
      if (canvas.width !== width * ratio || canvas.height !== height * ratio) {
        canvas.width = width * ratio;
        canvas.height = height * ratio;
        canvas.style.width = `${width}px`;
        canvas.style.height = `${height}px`;
      }
      ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
      ctx.clearRect(0, 0, width, height);
      draw(ctx, width, height);
    });
    return () => observer.disconnect();
  };
}
