/** The console's type as canvas wants it. */
export function font(size: number, weight = 400): string {
  return `${weight} ${size}px Inter, system-ui, sans-serif`;
}
