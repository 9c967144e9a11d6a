/** Three tones for whatever word the server uses. */
export function toneOf(severity: string): 'info' | 'warn' | 'bad' {
  const word = severity.toLowerCase();
  if (['info', 'note', 'debug'].includes(word)) return 'info';
  return ['warn', 'warning', 'yellow'].includes(word) ? 'warn' : 'bad';
}
