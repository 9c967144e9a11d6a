//! What the paper desk reads: market, paper venue, execution and its own limits.

use crate::key::Key;

pub(super) const KEYS: &[Key] = &[
    Key::words("symbols", &[], &["BTC/USDT", "ETH/USDT", "SOL/USDT"]).alias(&["market.instruments"]).means(
        "What is traded.",
        "Чем торгуем.",
    ),
    Key::choice("market.source", &["generated", "tape"], "generated").means(
        "Where the market comes from: the built-in generator or recorded captures.",
        "Откуда рынок: встроенный генератор или записанные ленты.",
    ),
    Key::words("market.tapes", &[], &[]).means(
        "Capture files to replay when the source is tape.",
        "Файлы лент для воспроизведения.",
    ),
    Key::whole("market.seed", 1, 0, i64::MAX).means(
        "Seeds the generated market and every other random stream.",
        "Зерно генератора рынка и всех случайных потоков.",
    ),
    Key::text("market.speed", "1").means(
        "How many times real pace a market runs, or max.",
        "Во сколько раз быстрее реального времени идёт рынок, или max.",
    ),
    Key::whole("guards.stale_book_ms_max", 2_000, 1, 3_600_000)
        .means(
            "A book without news for so long is stale and takes no entry, ms.",
            "Стакан без обновлений дольше этого устарел, входа нет, мс.",
        ),
    Key::words("paper.venues", &[], &["binance"]).means(
        "Simulated venues paper trades on through real sockets, at real pace: binance, okx, bybit; okx@127.0.0.1:9002 is one that runs already; empty is the paper venue inside the process.",
        "Симуляторы площадок, на которых paper торгует через настоящие сокеты в реальном темпе: binance, okx, bybit; okx@127.0.0.1:9002 — уже запущенный; пусто — площадка внутри процесса.",
    ),
    Key::money("paper.balance", "100000").means(
        "Cash the paper account starts with, in quote.",
        "Начальные средства бумажного счёта, в валюте котировки.",
    ),
    Key::number("paper.order_latency_ms", 5.0, 0.0, 60_000.0).means(
        "Paper venue: how long a request takes to reach it, ms.",
        "Бумажная площадка: время заявки в пути, мс.",
    ),
    Key::number("paper.report_latency_ms", 5.0, 0.0, 60_000.0).means(
        "Paper venue: how long a report takes to come back, ms.",
        "Бумажная площадка: время отчёта в пути, мс.",
    ),
    Key::number("paper.jitter_ms", 2.0, 0.0, 60_000.0).means(
        "Paper venue: each way takes up to this much longer, ms.",
        "Бумажная площадка: случайная добавка к каждому пути, мс.",
    ),
    Key::whole("paper.queue_power", 2, 0, 3).means(
        "Paper venue: exponent of the queue model; 0 moves our place by trades only.",
        "Бумажная площадка: степень модели очереди; 0 — место двигают только сделки.",
    ),
    Key::whole("paper.receive_window_ms", 5_000, 1, 60_000).means(
        "Paper venue: an order longer on its way is refused as late, ms.",
        "Бумажная площадка: заявка дольше в пути отклоняется как опоздавшая, мс.",
    ),
    Key::flag("risk.cancel_on_disconnect", true).means(
        "Losing the venue connection cancels every open order.",
        "Потеря связи с площадкой снимает все заявки.",
    ),
    Key::positive("execution.deadlines_ms.place", 400.0, 60_000.0).means(
        "An order unanswered for so long is in doubt, ms.",
        "Заявка без ответа дольше этого под сомнением, мс.",
    ),
    Key::positive("execution.deadlines_ms.cancel", 300.0, 60_000.0).means(
        "A cancel unanswered for so long is asked again, ms.",
        "Снятие без ответа дольше этого повторяется, мс.",
    ),
    Key::positive("execution.deadlines_ms.lapse", 3_000.0, 60_000.0).means(
        "So long after an order was sent no venue takes the request any more, ms: a second of waiting for room and two of its own deadline.",
        "Столько после отправки площадка ещё может принять заявку, мс: секунда ожидания места и две секунды её собственного срока.",
    ),
    Key::positive("execution.deadlines_ms.settle", 1_000.0, 60_000.0).means(
        "A venue's clock may be that far behind before a lapsed order is refused, and two questions about one order are that far apart, ms.",
        "На столько часы площадки могут отставать, и столько между двумя вопросами об одной заявке, мс.",
    ),
    Key::number("execution.deadlines_ms.hidden", 10_000.0, 0.0, 600_000.0).means(
        "A venue may not show an order it has for so long: nothing is declared dead before, ms.",
        "Столько площадка может не показывать принятую заявку: раньше ни одна не признаётся несуществующей, мс.",
    ),
    Key::positive("execution.deadlines_ms.unresolved", 60_000.0, 3_600_000.0).means(
        "A fate unknown for so long raises a red alert and holds the instrument until a person resumes, ms.",
        "Судьба неизвестна столько — красная тревога и удержание инструмента до решения человека, мс.",
    ),
    Key::money("recon.balance_tolerance", "1").means(
        "So much may a venue's balance differ from our books, in the reporting currency.",
        "На столько остаток у площадки может отличаться от нашего учёта, в валюте отчёта.",
    ),
    Key::whole("recon.balances_every_s", 300, 5, 86_400).means(
        "How often balances are compared while they agree, s.",
        "Как часто сверяются остатки, пока они сходятся, с.",
    ),
    Key::whole("recon.balance_patience_s", 60, 0, 3_600).means(
        "The same difference for so long is one (venues write funding down late): HOLD, s.",
        "Одна и та же разница столько секунд — расхождение (площадки записывают фандинг с задержкой): HOLD.",
    ),
    Key::secret("projection.url").means(
        "Orders as the SQL table order_journal, filled while the desk runs: sqlite (orders.db in the data folder), sqlite:FILE or postgres://USER@HOST/DATABASE; empty is off, and `aurora db rebuild` fills it any time.",
        "Заявки таблицей SQL order_journal, заполняется во время работы: sqlite (orders.db в папке данных), sqlite:FILE или postgres://USER@HOST/DATABASE; пусто — выключено, а `aurora db rebuild` заполнит её в любой момент.",
    ),
    Key::whole("execution.dead_man_s", 30, 0, 120).means(
        "Venues cancel every open order when the desk falls silent for so long, s; 0 is off, venues allow no less than 10.",
        "Площадки снимают все заявки, если стол молчит столько секунд; 0 — выключено, меньше 10 площадки не допускают.",
    ),
    Key::words("maintenance.sources", &[], &[]).means(
        "Maintenance calendars (iCalendar, JSON, RSS or Atom): files or https:// addresses; okx=PLACE says whose it is where the text does not.",
        "Календари остановок площадок (iCalendar, JSON, RSS или Atom): файлы или адреса https://; okx=МЕСТО говорит чей, если в тексте не сказано.",
    ),
    Key::whole("maintenance.read_every_s", 300, 1, 86_400).means(
        "How often the calendars are read again, s.",
        "Как часто календари перечитываются, с.",
    ),
    Key::words("maintenance.alert_before_h", &[], &["24", "1"]).means(
        "So many hours before a window a person is told.",
        "За сколько часов до остановки предупреждать.",
    ),
    Key::whole("maintenance.route_off_before_min", 10, 0, 1_440).means(
        "A venue takes no new orders of ours so long before its window, and those open are cancelled, min.",
        "За сколько минут до остановки площадка перестаёт получать новые заявки, а открытые снимаются.",
    ),
    Key::number("risk.price_band_bps", 100.0, 0.0, 10_000.0).means(
        "How far an order's price may be from the mid on the side that costs, bps.",
        "Насколько цена заявки может быть хуже середины, б.п.",
    ),
    Key::money("risk.max_notional", "2500").means(
        "The most one instrument's position may be worth, in quote; 0 is not configured, allowed only in paper.",
        "Предел позиции по инструменту, в валюте котировки; 0 — не задан, только в paper.",
    ),
    Key::money("risk.max_exposure", "5000").means(
        "The most all positions may be worth together, in quote; 0 is not configured, allowed only in paper.",
        "Предел всех позиций вместе, в валюте котировки; 0 — не задан, только в paper.",
    ),
    Key::money("execution.per_order_notional_cap", "1500").means(
        "The most one order may be worth, in quote; 0 is not configured, allowed only in paper.",
        "Предел одной заявки, в валюте котировки; 0 — не задан, только в paper.",
    ),
    Key::money("risk.daily_loss_cap", "250").alias(&["risk.day_loss_limit"]).means(
        "The day's loss at which the desk holds, in quote; 0 is not configured, allowed only in paper.",
        "Дневной убыток, при котором стол встаёт в HOLD; 0 — не задан, только в paper.",
    ),
    Key::whole("runaway.place_per_min", 600, 1, 1_000_000).means(
        "New orders in a sliding minute.",
        "Новых заявок за скользящую минуту.",
    ),
    Key::whole("runaway.cancel_per_min", 600, 1, 1_000_000).means(
        "Cancels of one instrument's orders in a sliding minute; more of them quarantine its entries.",
        "Снятий по одному инструменту за скользящую минуту; больше — карантин входов.",
    ),
    Key::whole("runaway.flips_per_min", 60, 1, 1_000_000).means(
        "How often a position may change its side in a sliding minute; more of it quarantines the instrument's entries.",
        "Сколько раз позиция может перевернуться за скользящую минуту; больше — карантин входов.",
    ),
    Key::whole("runaway.repeats_per_min", 60, 1, 1_000_000).means(
        "Orders filled one after the other on one side of an instrument within a minute; more of them hold the desk until a person lets it go.",
        "Заявок, исполненных подряд на одной стороне инструмента за минуту; больше — HOLD до решения человека.",
    ),
    Key::whole("runaway.quarantine_min", 15, 0, 1_440).means(
        "How long a quarantined instrument takes no entry, min.",
        "Сколько длится карантин инструмента, мин.",
    ),
    Key::number("execution.duplicate_ms", 200.0, 0.0, 60_000.0).means(
        "An entry equal to the one before it within so long is denied as a duplicate, ms; 0 is off.",
        "Вход, равный предыдущему, раньше этого срока отклоняется как повтор, мс; 0 — выключено.",
    ),
    Key::number("risk.collar_bps", 150.0, 0.0, 10_000.0).means(
        "How far an entry's price may be from the last minute's mean mid on the side that costs, bps.",
        "Насколько цена входа может быть хуже средней за минуту, б.п.",
    ),
    Key::money("risk.kill_caps.day_notional", "0").means(
        "What may be traded in a UTC day before the desk is killed, in quote; 0 is not configured, allowed only in paper.",
        "Оборот за сутки UTC, после которого стол останавливается (KILL); 0 — не задан, только в paper.",
    ),
    Key::money("risk.kill_caps.month_notional", "0").means(
        "What may be traded in a UTC month before the desk is killed, in quote; 0 is not configured, allowed only in paper.",
        "Оборот за месяц UTC, после которого стол останавливается (KILL); 0 — не задан, только в paper.",
    ),
    Key::money("risk.kill_caps.day_loss", "0").means(
        "The day's loss that kills the desk, in quote; 0 is not configured, allowed only in paper.",
        "Убыток за сутки, после которого стол останавливается (KILL); 0 — не задан, только в paper.",
    ),
    Key::money("risk.kill_caps.month_loss", "0").means(
        "The month's loss that kills the desk, in quote; 0 is not configured, allowed only in paper.",
        "Убыток за месяц, после которого стол останавливается (KILL); 0 — не задан, только в paper.",
    ),
    Key::money("risk.budget.hour_loss", "100").means(
        "Loss of a UTC hour that stops entries for a while, in quote; 0 is off.",
        "Убыток за час UTC, после которого входов какое-то время нет; 0 — выключено.",
    ),
    Key::money("risk.budget.day_loss", "200").means(
        "Loss of a UTC day that stops entries for a while, in quote; 0 is off. Keep it below risk.daily_loss_cap.",
        "Убыток за сутки UTC, после которого входов какое-то время нет; 0 — выключено. Держите ниже risk.daily_loss_cap.",
    ),
    Key::money("risk.budget.drawdown", "0").means(
        "How far the result may fall below its best before entries stop for a while, in quote; 0 is off.",
        "Насколько результат может упасть от лучшего, прежде чем входы на время остановятся; 0 — выключено.",
    ),
    Key::money("risk.budget.var95", "0").means(
        "Hourly value at risk (95 %, from the results between checkpoints) that stops entries for a while, in quote; 0 is off.",
        "Часовой VaR (95 %, по результатам между контрольными точками), при котором входы на время остановятся; 0 — выключено.",
    ),
    Key::whole("risk.budget.cooldown_min", 30, 1, 10_080).means(
        "How long entries stop when a risk budget is spent; then they go at a quarter and at a half of their size for as long each, min.",
        "Сколько нет входов после исчерпания бюджета риска; затем столько же — четверть и столько же — половина размера, мин.",
    ),
    Key::whole("limits.global.max_inflight_orders", 20, 1, 100_000).means(
        "Orders that may still fill at one time.",
        "Сколько заявок может одновременно ждать исполнения.",
    ),
    Key::number("readiness.slo.order_cycle_ms_p95", 200.0, 0.1, 60_000.0).means(
        "Objective: 95 of 100 orders are answered by the venue within this, ms.",
        "Цель: 95 заявок из 100 получают ответ площадки за это время, мс.",
    ),
    Key::number("strategy.tick_ms", 100.0, 1.0, 60_000.0).means(
        "The least time between two questions to one strategy, ms.",
        "Наименьшее время между двумя вопросами одной стратегии, мс.",
    ),
    Key::number("strategy.quiet_ms", 1_000.0, 0.0, 3_600_000.0).means(
        "No new entry in an instrument for so long after one was denied or refused, ms.",
        "Пауза входов по инструменту после отказа, мс.",
    ),
    Key::whole("journal.checkpoint_s", 60, 1, 86_400).means(
        "The state's fingerprint goes into the journal this often, s.",
        "Как часто отпечаток состояния пишется в журнал, с.",
    ),
    Key::whole("watch.max_pause_ms", 2_000, 50, 600_000).means(
        "When so much time passes between two turns of the desk's loop, the process stood still: HOLD, nothing from before leaves, ms.",
        "Если между двумя оборотами цикла стола прошло больше, процесс стоял: HOLD, ничто прежнее не уходит, мс.",
    ),
    Key::whole("watch.max_clock_jump_ms", 1_000, 50, 600_000).means(
        "When the wall clock moves by more against the monotonic one, either way: HOLD, ms.",
        "Если часы сдвинулись относительно монотонных больше, чем на столько, в любую сторону: HOLD, мс.",
    ),
    Key::whole("watch.max_commit_ms_p99", 500, 1, 600_000).means(
        "When 99 of 100 commits of the last minute (of fewer, all but one) take up to more, the disk is too slow: HOLD, ms.",
        "Если 99 из 100 фиксаций последней минуты (из меньшего числа — все, кроме одной) занимают больше, диск слишком медленный: HOLD, мс.",
    ),
    Key::whole("quality.max_clock_skew_ms", 2_000, 1, 600_000).means(
        "When our clock differs from a venue's by more: HOLD, ms.",
        "Если наши часы расходятся с часами площадки больше: HOLD, мс.",
    ),
    Key::whole("journal.snapshot_records", 100_000, 0, 1_000_000_000).means(
        "A snapshot of the state is written after so many records, beside the journal's segments; 0 is never. A start needs only the newest and what came after.",
        "Снимок состояния пишется через столько записей, рядом с сегментами журнала; 0 — никогда. Запуску хватает последнего и того, что после него.",
    ),
    Key::whole("journal.snapshots_kept", 3, 1, 1_000).means(
        "So many of the newest snapshots are kept.",
        "Сколько последних снимков хранить.",
    ),
    Key::choice("journal.priority", &["normal", "real-time"], "normal").means(
        "`real-time` lets the journal's thread run before all others, so that commits do not wait on a busy machine; the system must permit it (CAP_SYS_NICE), else a warning.",
        "`real-time`: поток журнала идёт впереди всех, и фиксация не ждёт на занятой машине; нужно разрешение системы (CAP_SYS_NICE), иначе предупреждение.",
    ),
    Key::positive("execution.latency_guard_ms", 150.0, 60_000.0).means(
        "p95 of the data's age at the desk's own decisions above which its gate cools off, ms.",
        "p95 возраста данных при решениях стола, выше которого шлюз берёт паузу, мс.",
    ),
];
