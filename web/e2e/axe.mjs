import axe from 'axe-core';

/** Fails on what axe calls serious or critical, with where and why. */
export async function accessible(page) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, { resultTypes: ['violations'], rules: { region: { enabled: false } } })
  );
  const bad = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  if (bad.length === 0) return;
  const lines = bad.map(({ id, nodes }) => {
    const first = nodes
      .slice(0, 3)
      .map((node) => `${node.target.join(' ')} ${node.any[0]?.message ?? node.all[0]?.message ?? ''}`);
    return `${id} (${nodes.length}): ${first.join(' | ')}`;
  });
  throw new Error(`axe: ${lines.join('\n')}`);
}
