/** Hands the reader a file made in the browser. */
function offer(name: string, blob: Blob) {
  const anchor = document.createElement('a');
  anchor.href = URL.createObjectURL(blob);
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(anchor.href), 1000);
}

const stamp = () => new Date().toISOString().slice(0, 19).replaceAll(':', '');

export function saveCsv(name: string, lines: string[]) {
  offer(`${name}-${stamp()}.csv`, new Blob([`${lines.join('\n')}\n`], { type: 'text/csv' }));
}

/** The canvas on its page's ground, so a dark chart stays readable where it is pasted. */
export function savePng(name: string, canvas: HTMLCanvasElement, ground: string) {
  const copy = document.createElement('canvas');
  copy.width = canvas.width;
  copy.height = canvas.height;
  const ctx = copy.getContext('2d')!;
  ctx.fillStyle = ground;
  ctx.fillRect(0, 0, copy.width, copy.height);
  ctx.drawImage(canvas, 0, 0);
  copy.toBlob((blob) => blob && offer(`${name}-${stamp()}.png`, blob));
}
