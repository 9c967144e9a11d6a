/** Pages of plain facts: system, settings, health. */

export const SYSTEM = (desk, listen) => ({
  version: '0.1.0',
  build: '2fa50de 2026-11-21 release',
  rustc: 'rustc 1.95.0',
  started_ms: desk.started,
  pid: process.pid,
  profile: 'paper',
  session_dir: '/work/main/logs/20261121-110256',
  journal: {
    dir: '/work/main/data/paper/journal',
    epoch: 3,
    segment: 12,
    seq: desk.seq,
    durable_seq: desk.seq,
    bytes: desk.seq * 212,
    last_commit_us_p50: 182,
    last_commit_us_p99: 941
  },
  listen,
  recovery: { records: 4182, orders: 512, fills: 303, took_ms: 38.4, resolved_unknown: 1 },
  history: desk.history,
  alerts: [],
  ha: {
    node: 'a',
    role: 'LEADER',
    text: { ru: 'ведущий', en: 'leader' },
    epoch: 3,
    holder: `a/${process.pid}-815`,
    token: 42,
    lease_left_ms: 4120,
    since_ms: desk.started,
    takeover_ms: null,
    copied_seq: 0,
    copied_fingerprint: '',
    follower: { node: 'b', seq: Math.max(0, desk.seq - 3) }
  }
});

const setting = (path, value, origin, where, ru, en) => ({ path, value, origin, where, text: { ru, en } });
export const CONFIG = [
  setting(
    'aurora.cooloff_base_sec',
    120,
    'default',
    null,
    'Сколько остывать после предупреждения, с',
    'Cool-off after a warning, s'
  ),
  setting('aurora.latency_guard_ms', 30, 'default', null, 'Предел p95 задержки, мс', 'Latency p95 limit, ms'),
  setting(
    'gate.compat',
    'strict',
    'default',
    null,
    'Правила гейта: strict или reference',
    'Gate rules: strict or reference'
  ),
  setting(
    'guards.latency_ms_limit',
    30,
    'yaml',
    'aurora.yaml:12',
    'Предел задержки данных, мс',
    'Data latency limit, ms'
  ),
  setting(
    'guards.spread_bps_limit',
    8,
    'env',
    'AURORA_SPREAD_BPS_LIMIT',
    'Предел спреда, б.п.',
    'Spread limit, bps'
  ),
  setting(
    'guards.trap_guard_enabled',
    true,
    'env',
    'TRAP_GUARD',
    'Включена ли защита от ловушек',
    'Whether the TRAP guard is on'
  ),
  setting('journal.dir', 'data/paper/journal', 'yaml', 'aurora.yaml:31', 'Папка журнала', 'Journal folder'),
  setting('market.seed', 42, 'flag', '--seed', 'Зерно генератора рынка', 'Seed of the market generator'),
  setting('paper.fee_maker_bps', 2, 'yaml', 'aurora.yaml:40', 'Комиссия мейкера, б.п.', 'Maker fee, bps'),
  setting(
    'profile',
    'paper',
    'flag',
    '--profile',
    'В какой мир уходят заявки',
    'Which world the orders go to'
  ),
  setting(
    'risk.day_loss_limit',
    '250.00',
    'yaml',
    'aurora.yaml:22',
    'Дневной предел убытка',
    'Day loss limit'
  ),
  setting('risk.max_concurrent', 10, 'default', null, 'Сколько позиций одновременно', 'Positions at once'),
  setting(
    'risk.pi_min_bps',
    2,
    'yaml',
    'aurora.yaml:19',
    'Наименьшее ожидание, б.п.',
    'Least expected return, bps'
  ),
  setting('server.listen', '127.0.0.1:8000', 'default', null, 'Адрес консоли', 'Address of the console'),
  setting(
    'slippage.eta_fraction_of_b',
    0.3,
    'default',
    null,
    'Доля цели, отданная проскальзыванию',
    'Share of the target slippage may take'
  ),
  setting('trap.z_threshold', 1.64, 'default', null, 'Порог z для ловушки', 'TRAP z threshold')
];

export function health(desk) {
  const part = (id, group, ru, en, status, textRu, textEn) => ({
    id,
    group,
    status,
    title: { ru, en },
    text: { ru: textRu, en: textEn },
    since_ms: desk.started
  });
  return {
    score_pct: 96,
    components: [
      part('journal', 'P0', 'Журнал', 'Journal', 'GREEN', 'запись p99 0,9 мс', 'commit p99 0.9 ms'),
      part('books', 'P0', 'Стаканы', 'Books', 'GREEN', '3 из 3 свежие', '3 of 3 fresh'),
      part('orders', 'P0', 'Заявки', 'Orders', 'GREEN', 'неизвестных судеб нет', 'no unknown fate'),
      part('audit', 'P1', 'Логи аудита', 'Audit logs', 'GREEN', 'пишутся', 'written'),
      part('gate', 'P1', 'Гейт', 'Gate', 'GREEN', 'p99 2,3 мкс', 'p99 2.3 µs'),
      part('disk', 'P2', 'Диск', 'Disk', 'YELLOW', 'свободно 14 %', '14 % free'),
      part('console', 'P3', 'Консоль', 'Console', 'GREEN', '1 читатель', '1 reader'),
      part('metrics', 'P3', 'Метрики', 'Metrics', 'GRAY', 'никто не спрашивает', 'nobody scrapes')
    ]
  };
}
