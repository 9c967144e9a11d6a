/** Info points: what a thing is, and what it affects. */
export const hintsEn = {
  profile: ['Which world the orders go to', 'Whether money is real; the banner never leaves the screen'],
  state: ['What the desk may do: trade, hold, or nothing until re-armed', 'Whether new orders leave'],
  pnl_day: [
    'Result since UTC midnight: closed plus open, after fees and funding',
    'At the limit the desk goes to HOLD by itself'
  ],
  exposure: [
    'Sum of absolute position values over all instruments',
    'Above the limit the gate denies new risk'
  ],
  slo: [
    'The service objective with the least budget left',
    'Nothing by itself; an exhausted budget raises an alert'
  ],
  data_age: [
    'Age of the slowest instrument’s last book update',
    'Stale data stops decisions on that instrument'
  ],
  clock: ['Time of the desk: UTC, and local beside it', 'All tables are in UTC'],
  market: [
    'Where prices come from: the built-in generator or a recorded tape',
    'Everything on screen: none of it is a live market'
  ],
  spread: ['Best ask minus best bid', 'The spread gate denies above its limit'],
  micro: [
    'Mid weighted by the sizes at the touch: leans to where the price will go',
    'One of the strategy’s inputs'
  ],
  obi: [
    'Order book imbalance, −1 all asks to +1 all bids',
    'One of the strategy’s inputs and the TRAP gate’s'
  ],
  tfi: [
    'Trade flow imbalance, −1 all sells to +1 all buys',
    'One of the strategy’s inputs and the TRAP gate’s'
  ],
  ladder: [
    'Bids and asks by price; a notch is our order, placed by the quantity ahead of it',
    'Quantity ahead must trade or leave before we fill'
  ],
  ladder_age: ['Time since the last change of this book', 'A stale book is drawn dim and denied by the gate'],
  candles: [
    'Trades gathered by time; triangles are our fills, lines our working orders, target and stop',
    'Nothing: a picture'
  ],
  pnl: [
    'Net result since the start with the drawdown from its peak shaded',
    'The day part of it counts against the day limit'
  ],
  fees: ['What the venue took for our fills, rebates included', 'Already inside the net result'],
  unrealized: ['What open positions would bring at the mark price', 'Moves the net result until closed'],
  drawdown: [
    'Largest fall from a peak of the net result',
    'Nothing by itself; it sizes trust in the strategy'
  ],
  time: ['When it happened, UTC; hover for the full instant', 'Order of the rows'],
  instrument: ['What is traded and where', 'Limits and decimals are per instrument'],
  side: ['Buy or sell', 'Sign of the position change'],
  price: ['Limit price of the order', 'Fills happen here or better'],
  qty: ['Ordered quantity in base units', 'Exposure, once filled'],
  filled: ['How much has traded', 'Position = sum of fills'],
  ahead: ['Quantity standing before us at our price', 'How soon we may fill'],
  cycle: ['From the decision to the venue’s acknowledgement', 'The order cycle SLO'],
  order_state: ['Where the order is in its life', 'Only working orders can fill'],
  order_pnl: ['Closed result of the fill after fees', 'Realized result'],
  position: ['Signed quantity held: plus long, minus short', 'Exposure and open result'],
  avg_price: ['Average entry price of what is open', 'Open result is counted from here'],
  mark: ['Price the position is valued at', 'Open result'],
  bounds: ['Where the strategy will leave: target and stop', 'An exit order when touched'],
  position_exposure: ['Value of the position against its limit', 'Above the limit the gate denies'],
  decisions: ['Every order the strategy wanted and the gate’s answer', 'A denied order never leaves'],
  waterfall: [
    'Limits of the desk first, then the gates in order: value against limit, verdict, time taken',
    'The first denial decides; the rest is shown for the record'
  ],
  allow_rate: [
    'Share of decisions that were allowed in the window',
    'Nothing by itself; a sudden change deserves a look'
  ],
  pareto: ['Denial codes by count with their running share', 'Where to look first when too little trades'],
  gate_latency: ['Dot: median, end of the line: 99th percentile', 'Part of the order cycle'],
  gate_time: ['Time the gate took', 'Part of the order cycle'],
  source: ['Who asked: our desk, or a bot over HTTP', 'Nothing: both pass the same gate'],
  hops: [
    'Every station of the order with the time from the one before',
    'Shows where the order cycle is spent'
  ],
  queue: ['Quantity ahead of our order while it stood in the queue', 'At zero we are first to trade'],
  why: ['The order told in one sentence by the server', 'Nothing: words'],
  fate: [
    'What became of the only transmission, and the records (run:number) that say so',
    'While it is unknown the whole quantity counts against every limit'
  ],
  journal_records: ['What the journal holds of this order', 'After a crash the order is rebuilt from these'],
  fills: ['Executions of this order', 'Position, fees and result'],
  alerts: [
    'What is wrong now and what lately was, with its end; repeats are counted',
    'Nothing: the causes do'
  ],
  history: ['Each change of state with cause and reason', 'Nothing: a record'],
  checks: ['Conditions asked before trading resumes', 'RESUME is refused while one fails'],
  health: [
    'Parts of the system in groups P0 (stops trading) to P3 (comfort)',
    'A red P0 moves the desk to HOLD'
  ],
  journal: [
    'Append-only record of everything that happened',
    'An order leaves only after its intent is durable'
  ],
  nodes: [
    'The nodes of this desk: which leads, in which epoch, until when, and how far the other has copied',
    'Who may send orders, and how much a takeover would begin with'
  ],
  recovery: ['What was rebuilt from the journal at this start', 'Positions and open orders after a crash'],
  process: ['Which program runs, since when, where it writes', 'Quote it when you report a fault'],
  config: [
    'Every setting in force and where its value came from',
    'Environment wins over file, file over default'
  ],
  appearance: ['Theme, colours and language of this browser', 'Only this browser'],
  feeds: [
    'Several connections to one market; the freshest lead, a lagging one loses its vote',
    'What the desk sees; a switch brings a whole book first'
  ],
  governor: [
    'What the venue allows and how much of it is used; a share is kept for cancels',
    'Orders wait or are not sent when there is no room; cancels go first'
  ],
  venue_account: [
    'The private connection: orders, fills and balances come by it',
    'Without it no new order leaves for this venue'
  ],
  drop_copy: [
    'Every fill is heard twice, by two ways, and the two are compared',
    'One that differs raises an alarm: the books may be wrong'
  ],
  venue_clock: [
    'The venue’s clock against ours, and how long the question took',
    'Signed requests carry a time; a wrong one is refused'
  ],
  dead_man: [
    'The venue cancels our orders by itself when it no longer hears us',
    'What happens to working orders if this machine dies'
  ],
  stp: [
    'What the venue does when two orders of ours would meet; its own word',
    'The desk stops such pairs before they leave; this is the second lock'
  ],
  venue_calls: ['Requests made to this venue since the start', 'They count against its limits'],
  venue_order: [
    'From handing an order over to the venue’s answer, last 1000 orders',
    'Part of the order cycle'
  ],
  venue_resync: ['From a found gap to a whole book', 'The instrument is not quoted meanwhile'],
  troubles: [
    'What this connection went through; what never happened is not listed',
    'Nothing by itself: a record'
  ],
  balances: [
    'What each wallet must hold by our fills and funding, and what the venue says it holds',
    'A difference that lasts holds the desk'
  ],
  funding: ['What longs and shorts paid each other for holding', 'Already inside the net result'],
  maintenance: ['Stops that venues announced or a calendar names', 'New orders stop ahead of the window'],
  rules: [
    'What the venue takes: steps, smallest order, fees',
    'Orders off these rules are refused before they leave'
  ],
  rule_status: ['Whether the venue takes orders in it', 'Halted instruments take no orders'],
  rule_fees: ['What the venue charges resting and taking orders', 'The result of every trade'],
  rule_funding: ['How often longs and shorts pay each other', 'The cost of holding a position'],
  rule_version: ['A mark that changes when any rule does', 'Tells two sets of rules apart']
} satisfies Record<string, [what: string, affects: string]>;

export type HintKey = keyof typeof hintsEn;
