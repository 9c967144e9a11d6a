/** Nine answers for one made-up order. */

const LIMITS = [
  ['latency', 'ms', 30, 'max', { ru: 'задержка данных', en: 'data latency' }],
  ['health', 'ms', 30, 'max', { ru: 'p95 задержки за 60 с', en: 'latency p95 over 60 s' }],
  ['trap', 'z', 1.64, 'max', { ru: 'ловушка в стакане', en: 'fake wall' }],
  ['expected_return', 'bps', 2, 'min', { ru: 'ожидание после издержек', en: 'expected return after costs' }],
  ['slippage', 'bps', 3.6, 'max', { ru: 'проскальзывание', en: 'slippage' }],
  ['risk', null, 10, 'max', { ru: 'открытых позиций', en: 'open positions' }],
  ['sprt', 'LLR', -2.25, 'min', { ru: 'последовательный тест', en: 'sequential test' }],
  ['spread', 'bps', 8, 'max', { ru: 'спред', en: 'spread' }],
  ['governance', '%', 50, 'max', { ru: 'доля отказов площадки', en: 'venue reject share' }]
];
const CODES = {
  trap: 'trap_guard',
  expected_return: 'expected_return_gate',
  slippage: 'slippage_guard',
  spread: 'spread_bps_too_wide',
  latency: 'latency_guard'
};
const ALWAYS = new Set(['health', 'expected_return', 'spread']);
const comma = (value) => String(value).replace('.', ',');

export function decide(random, deny) {
  const culprits = [
    'expected_return',
    'expected_return',
    'expected_return',
    'trap',
    'spread',
    'slippage',
    'latency'
  ];
  const culprit = deny ? culprits[Math.floor(random() * culprits.length)] : null;
  let denied = false;
  const gates = LIMITS.map(([gate, unit, limit, sense, title]) => {
    if (denied && !ALWAYS.has(gate))
      return {
        gate,
        verdict: 'skip',
        value: null,
        limit,
        sense,
        unit,
        ns: null,
        text: { ru: 'не спрошено: отказ уже есть', en: 'not asked: already denied' }
      };
    const bad = gate === culprit;
    const inside =
      sense === 'max'
        ? limit * (0.1 + random() * 0.6)
        : limit > 0
          ? limit * (1.1 + random())
          : random() * 1.5;
    const outside = sense === 'max' ? limit * (1.05 + random() * 0.7) : limit * (random() * 1.6 - 0.8);
    const value = Number(
      (gate === 'risk' ? Math.round(1 + random() * 3) : bad ? outside : inside).toFixed(2)
    );
    if (bad) denied = true;
    const relation = sense === 'max' ? ['больше', 'above'] : ['не больше', 'not above'];
    const text = bad
      ? {
          ru: `${title.ru} ${comma(value)} ${relation[0]} лимита ${comma(limit)}`,
          en: `${title.en} ${value} is ${relation[1]} the limit ${limit}`
        }
      : { ru: `${title.ru} в пределах`, en: `${title.en} within the limit` };
    return {
      gate,
      verdict: bad ? 'deny' : 'pass',
      value,
      limit,
      sense,
      unit,
      ns: Math.round(9 + random() ** 2 * 120),
      text
    };
  });
  const first = gates.find((step) => step.verdict === 'deny');
  const reason = first ? (CODES[first.gate] ?? first.gate) : 'ok';
  const text = first ? first.text : { ru: 'разрешено', en: 'allowed' };
  return { allow: !first, reason, text, gates, ns: gates.reduce((sum, step) => sum + (step.ns ?? 0), 80) };
}

export const GATES = LIMITS.map(([gate]) => gate);
