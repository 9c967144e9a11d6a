//! Every reason there is: its code, and its text in Russian and English.

use super::Lang;
use crate::report::VenueRefusal;
use crate::state::{TradingState, VenueState};

macro_rules! reason_codes {
    ($($variant:ident = $code:literal, ru $ru:literal, en $en:literal;)*) => {
        /// Why. The code is frozen: logs, metrics, the API and the console share it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ReasonCode {
            $(#[doc = $en] $variant,)*
        }

        impl ReasonCode {
            /// Every reason, in the order of this file. Two variants may share a code: the short
            /// form is the verdict, the long one, with numbers, its diagnostic.
            pub const ALL: &'static [ReasonCode] = &[$(ReasonCode::$variant,)*];

            /// The stable code; for a reason with numbers, the part before the colon.
            pub const fn code(self) -> &'static str {
                match self {
                    $(ReasonCode::$variant => $code,)*
                }
            }

            /// The sentence with `{value:N}` and `{limit:N}` where numbers with N decimals go.
            pub const fn template(self, lang: Lang) -> &'static str {
                match (self, lang) {
                    $((ReasonCode::$variant, Lang::Ru) => $ru, (ReasonCode::$variant, Lang::En) => $en,)*
                }
            }
        }
    };
}

reason_codes! {
    Ok = "ok",
        ru "Разрешено",
        en "Allowed";

    // Anti-churn.
    CooldownAfterClose = "cooldown_after_close_active",
        ru "Отказ: пауза после закрытия позиции, осталось {value:0} мс",
        en "Denied: cooldown after the close, {value:0} ms left";
    OpenRateLimit = "open_rate_limit",
        ru "Отказ: входы по инструменту слишком часты, следующий через {value:0} мс",
        en "Denied: entries on this symbol come too fast, next in {value:0} ms";
    PositionMinHold = "position_min_hold_active",
        ru "Отказ: открыта встречная позиция, держим её ещё {value:0} мс (минимум {limit:0} мс)",
        en "Denied: the opposite position must be held {value:0} ms more (minimum {limit:0} ms)";
    OppositeSideBlock = "opposite_side_block",
        ru "Отказ: по инструменту открыта встречная позиция, сначала закройте её",
        en "Denied: an opposite position is open on this symbol, close it first";

    // Latency and health.
    LatencyGuard = "latency_guard",
        ru "Отказ: задержка {value:1} мс больше лимита {limit:1} мс",
        en "Denied: latency {value:1} ms is over the limit of {limit:1} ms";
    LatencyGuardExceeded = "latency_guard_exceeded",
        ru "Задержка {value:1} мс больше лимита {limit:1} мс",
        en "Latency {value:1} ms is over the limit of {limit:1} ms";
    LatencyDisarmed = "latency_disarmed",
        ru "Отказ: шлюз снят с взвода, новые заявки не принимаются до команды arm",
        en "Denied: the gate is disarmed, no new orders until it is armed";
    LatencyHalt = "latency_halt",
        ru "Отказ: торговля остановлена из-за задержек (p95), нужен сброс оператором",
        en "Denied: trading is halted by latency (p95), an operator must reset it";
    LatencyCooloff = "latency_cooloff",
        ru "Отказ: пауза из-за задержек (p95), осталось {value:0} мс",
        en "Denied: cooling off after high latency (p95), {value:0} ms left";

    // TRAP.
    TrapGuard = "trap_guard",
        ru "Отказ: признаки ложной стенки в стакане: z = {value:2} (порог {limit:2}) или OBI и TFI спорят при частых снятиях",
        en "Denied: signs of a fake wall in the book: z = {value:2} (threshold {limit:2}), or OBI and TFI disagree while cancels are heavy";
    TrapGuardZ = "trap_guard",
        ru "Признаки ложной стенки в стакане, z = {value:2} при пороге {limit:2}",
        en "Signs of a fake wall in the book, z = {value:2}, threshold {limit:2}";
    TrapGuardScore = "trap_guard_score",
        ru "Отказ: оценка ложной стенки {value:2} больше порога {limit:2}",
        en "Denied: fake-wall score {value:2} is over the threshold of {limit:2}";
    TrapGuardScoreExceeded = "trap_guard_score",
        ru "Оценка ложной стенки {value:2} больше порога {limit:2}",
        en "Fake-wall score {value:2} is over the threshold of {limit:2}";

    // Expected return and slippage.
    ExpectedReturnGate = "expected_return_gate",
        ru "Отказ: ожидаемый доход {value:1} б.п. не выше порога {limit:1} б.п.",
        en "Denied: expected return {value:1} bps is not above {limit:1} bps";
    ExpectedReturnBelowThreshold = "expected_return_below_threshold",
        ru "Ожидаемый доход {value:1} б.п. не выше порога {limit:1} б.п.",
        en "Expected return {value:1} bps is not above {limit:1} bps";
    SlippageGuard = "slippage_guard",
        ru "Отказ: проскальзывание {value:2} б.п. больше допустимых {limit:2} б.п.",
        en "Denied: slippage {value:2} bps is over the allowed {limit:2} bps";
    SlippageGuardExceeded = "slippage_guard_exceeded",
        ru "Проскальзывание {value:2} б.п. больше допустимых {limit:2} б.п.",
        en "Slippage {value:2} bps is over the allowed {limit:2} bps";
    SlippageGuardSkippedNoB = "slippage_guard_skipped_no_b",
        ru "Проскальзывание не проверено: цель прибыли не задана",
        en "Slippage not checked: no profit target given";

    // Risk caps.
    RiskSizeScaleZero = "risk_size_scale_zero",
        ru "Отказ: множитель размера равен нулю, новые позиции закрыты",
        en "Denied: the size scale is zero, no new positions";
    RiskDdDayCap = "risk_dd_day_cap",
        ru "Отказ: дневной убыток {value:2} % достиг лимита {limit:2} %",
        en "Denied: the day's loss of {value:2}% has reached the limit of {limit:2}%";
    RiskMaxConcurrent = "risk_max_concurrent",
        ru "Отказ: открыто позиций {value:0}, лимит {limit:0}",
        en "Denied: {value:0} positions are open, the limit is {limit:0}";
    RiskNotionalTooSmall = "risk_notional_too_small",
        ru "Отказ: после масштабирования объём сделки обнулился",
        en "Denied: nothing is left of the notional after scaling";

    // SPRT.
    SprtAccept = "sprt_accept",
        ru "Серия наблюдений подтверждает сигнал: LLR {value:2}, граница {limit:2}",
        en "The samples confirm the signal: LLR {value:2}, bound {limit:2}";
    SprtContinue = "sprt_continue",
        ru "Наблюдений мало, чтобы судить о сигнале: LLR {value:2}",
        en "Too few samples to judge the signal: LLR {value:2}";
    SprtReject = "sprt_reject",
        ru "Отказ: серия наблюдений опровергает сигнал, LLR {value:2}, граница {limit:2}",
        en "Denied: the samples contradict the signal, LLR {value:2}, bound {limit:2}";

    // Spread.
    SpreadTooWide = "spread_bps_too_wide",
        ru "Отказ: спред {value:1} б.п. больше лимита {limit:1}",
        en "Denied: spread {value:1} bps is over the limit of {limit:1}";

    // Governance.
    GovernanceHalt = "AURORA.HALT",
        ru "Отказ: торговля остановлена аварийным выключателем",
        en "Denied: the kill switch has halted trading";
    KillswitchActive = "killswitch_active",
        ru "Аварийный выключатель сработал",
        en "The kill switch is on";
    DqStaleBook = "DQ_EVENT.STALE_BOOK",
        ru "Отказ: стакан устарел",
        en "Denied: the book is stale";
    DqCrossedBook = "DQ_EVENT.CROSSED_BOOK",
        ru "Отказ: стакан перекрещён",
        en "Denied: the book is crossed";
    DqAbnormalSpread = "DQ_EVENT.ABNORMAL_SPREAD",
        ru "Отказ: спред неправдоподобен",
        en "Denied: the spread is not plausible";
    RiskDenyDrawdown = "RISK.DENY.DRAWDOWN",
        ru "Отказ: результат дня {value:2} % хуже лимита {limit:2} %",
        en "Denied: the day's result of {value:2}% is below the limit of {limit:2}%";
    DailyDd = "daily_dd",
        ru "Дневная просадка больше лимита",
        en "The day's drawdown is over its limit";
    RiskDenyCvar = "RISK.DENY.CVAR",
        ru "Отказ: CVaR {value:2} хуже лимита {limit:2}",
        en "Denied: CVaR {value:2} is below the limit of {limit:2}";
    SpreadGuardTrip = "SPREAD_GUARD_TRIP",
        ru "Отказ: спред {value:1} б.п. больше регламентных {limit:1}",
        en "Denied: spread {value:1} bps is over the governance limit of {limit:1}";
    SpreadLimit = "spread_limit",
        ru "Спред больше регламентного",
        en "The spread is over the governance limit";
    LatencyGuardTrip = "LATENCY_GUARD_TRIP",
        ru "Отказ: задержка {value:1} мс больше регламентных {limit:1} мс",
        en "Denied: latency {value:1} ms is over the governance limit of {limit:1} ms";
    VolatilityGuardTrip = "VOLATILITY_GUARD_TRIP",
        ru "Отказ: волатильность {value:1} б.п. больше лимита {limit:1}",
        en "Denied: volatility {value:1} bps is over the limit of {limit:1}";
    RiskDenyPosLimit = "RISK.DENY.POS_LIMIT",
        ru "Отказ: открыто позиций {value:0}, регламент допускает меньше {limit:0}",
        en "Denied: {value:0} positions are open, governance allows fewer than {limit:0}";
    PosLimit = "pos_limit",
        ru "Достигнут лимит открытых позиций",
        en "The limit on open positions is reached";

    // The platform around the gate.
    AuditUnavailable = "audit_unavailable",
        ru "Отказ: журнал недоступен для записи, новые риски закрыты",
        en "Denied: the audit log cannot be written, no new risk";
    JournalFull = "JOURNAL_FULL",
        ru "Отказ: диск журнала полон, места хватит только на HOLD и снятие заявок; освободите место",
        en "Denied: the journal's disk is full, what is left is kept for HOLD and cancels; free some space";
    Hold = "HOLD",
        ru "Отказ: торговля на паузе (HOLD)",
        en "Denied: trading is on HOLD";
    Killed = "KILLED",
        ru "Отказ: торговля аварийно остановлена (KILL), нужен повторный взвод",
        en "Denied: trading is KILLED, it must be re-armed";
    NotionalCap = "NOTIONAL_CAP",
        ru "Отказ: объём заявки {value:2} больше предела {limit:2}",
        en "Denied: the order is worth {value:2}, the cap is {limit:2}";
    PositionCap = "POSITION_CAP",
        ru "Отказ: позиция стала бы {value:2} при пределе {limit:2}",
        en "Denied: the position would be {value:2}, the cap is {limit:2}";
    PriceBand = "PRICE_BAND",
        ru "Отказ: цена отстоит от рынка на {value:1} б.п., допустимо {limit:1}",
        en "Denied: the price is {value:1} bps from the market, {limit:1} is allowed";
    RateLimit = "RATE_LIMIT",
        ru "Отказ: заявок {value:0} при пределе {limit:0}",
        en "Denied: {value:0} orders, the limit is {limit:0}";
    StaleBook = "STALE_BOOK",
        ru "Отказ: нет свежего стакана",
        en "Denied: no fresh book";
    ExitTooLarge = "EXIT_TOO_LARGE",
        ru "Отказ: выходы вместе закрыли бы {value:0} лотов, а закрыть можно {limit:0}",
        en "Denied: exits together would close {value:0} lots, there are {limit:0} to close";
    RiskBudget = "RISK_BUDGET",
        ru "Отказ: бюджет риска исчерпан, {value:2} при пределе {limit:2}; входов нет до конца паузы",
        en "Denied: a risk budget is spent, {value:2} of {limit:2}; no entries until it has cooled down";
    InstrumentHold = "INSTRUMENT_HOLD",
        ru "Отказ: инструмент на удержании, пока человек не разберётся с заявкой неизвестной судьбы",
        en "Denied: the instrument is held until a person has looked at an order whose fate is unknown";
    RunawayCancels = "RUNAWAY_CANCELS",
        ru "Отказ: снятий за минуту {value:0} при пределе {limit:0}, входы по инструменту на карантине",
        en "Denied: {value:0} cancels within a minute, the limit is {limit:0}; entries here are quarantined";
    RunawayFlips = "RUNAWAY_FLIPS",
        ru "Отказ: позиция перевернулась за минуту {value:0} раз при пределе {limit:0}, входы по инструменту на карантине",
        en "Denied: the position changed its side {value:0} times within a minute, the limit is {limit:0}; entries here are quarantined";
    DuplicateIntent = "DUPLICATE_INTENT",
        ru "Отказ: такая же заявка была {value:0} мс назад, одинаковые допустимы через {limit:0} мс",
        en "Denied: the same order was made {value:0} ms ago, equal ones need {limit:0} ms between them";
    PriceCollar = "PRICE_COLLAR",
        ru "Отказ: цена отстоит от средней за минуту на {value:1} б.п., допустимо {limit:1}",
        en "Denied: the price is {value:1} bps from the last minute's mean, {limit:1} is allowed";
    VenuePostOnly = "VENUE_POST_ONLY",
        ru "Отказ: биржа сейчас принимает только пассивные заявки",
        en "Denied: the venue takes only post-only orders now";
    VenueCancelOnly = "VENUE_CANCEL_ONLY",
        ru "Отказ: биржа сейчас принимает только снятие и сокращение позиций",
        en "Denied: the venue takes only cancels and reductions now";
    VenueQuarantine = "VENUE_QUARANTINE",
        ru "Отказ: данные биржи неполны, ждём сверки стакана и счёта",
        en "Denied: what is known of the venue is not whole, book and account are being compared";
    VenueMaintenance = "VENUE_MAINTENANCE",
        ru "Отказ: биржа закрыта или вот-вот закроется на обслуживание",
        en "Denied: the venue is closed or about to close for maintenance";

    // Refused by the venue.
    WouldTake = "WOULD_TAKE",
        ru "Биржа отклонила: пассивная заявка исполнилась бы сразу",
        en "Refused by the venue: a post-only order would have taken";
    CannotFillWhole = "CANNOT_FILL_WHOLE",
        ru "Биржа отклонила: заявку нельзя исполнить целиком",
        en "Refused by the venue: the order cannot be filled whole";
    DuplicateId = "DUPLICATE_ID",
        ru "Биржа отклонила: такой номер заявки уже был",
        en "Refused by the venue: the order id was used before";
    WouldNotReduce = "WOULD_NOT_REDUCE",
        ru "Биржа отклонила: заявка не сокращает позицию",
        en "Refused by the venue: the order would not reduce the position";
    BelowMinNotional = "BELOW_MIN_NOTIONAL",
        ru "Биржа отклонила: объём меньше минимального",
        en "Refused by the venue: below the smallest order";
    InsufficientMargin = "INSUFFICIENT_MARGIN",
        ru "Биржа отклонила: не хватает обеспечения",
        en "Refused by the venue: not enough margin";
    BadIncrement = "BAD_INCREMENT",
        ru "Биржа отклонила: цена или количество не кратны шагу",
        en "Refused by the venue: price or quantity off its step";
    Late = "LATE",
        ru "Биржа отклонила: запрос пришёл после срока",
        en "Refused by the venue: the request came after its deadline";
    SelfTrade = "SELF_TRADE",
        ru "Биржа отклонила: заявка встретилась бы с нашей же встречной",
        en "Refused by the venue: it would have met another order of ours";
    NotSent = "NOT_SENT",
        ru "Заявка не отправлена: нет связи, исчерпан лимит биржи или торговля остановлена",
        en "Not sent: no connection, no room under the venue's limits, or a stop in between";
    RateLimited = "RATE_LIMITED",
        ru "Биржа отклонила: слишком частые запросы",
        en "Refused by the venue: too many requests";
    NotAllowed = "NOT_ALLOWED",
        ru "Биржа отклонила: ключ или счёт не допущены к торговле",
        en "Refused by the venue: the key or the account may not trade";
    Halted = "HALTED",
        ru "Биржа отклонила: инструмент сейчас не торгуется",
        en "Refused by the venue: the instrument does not trade now";
    OutsideBand = "OUTSIDE_BAND",
        ru "Биржа отклонила: цена вне допустимого коридора",
        en "Refused by the venue: the price is outside its band";
    TooManyOrders = "TOO_MANY_ORDERS",
        ru "Биржа отклонила: открытых заявок больше, чем она допускает",
        en "Refused by the venue: as many orders are open as it allows";
    Malformed = "MALFORMED",
        ru "Биржа отклонила: запрос составлен неверно",
        en "Refused by the venue: the request is malformed";
}

impl ReasonCode {
    /// The reason with that code; where two share it, the verdict.
    pub fn parse(code: &str) -> Option<ReasonCode> {
        ReasonCode::ALL.iter().copied().find(|reason| reason.code() == code)
    }
}

impl From<VenueRefusal> for ReasonCode {
    fn from(refusal: VenueRefusal) -> ReasonCode {
        match refusal {
            VenueRefusal::WouldTake => ReasonCode::WouldTake,
            VenueRefusal::CannotFillWhole => ReasonCode::CannotFillWhole,
            VenueRefusal::DuplicateId => ReasonCode::DuplicateId,
            VenueRefusal::WouldNotReduce => ReasonCode::WouldNotReduce,
            VenueRefusal::BelowMinNotional => ReasonCode::BelowMinNotional,
            VenueRefusal::InsufficientMargin => ReasonCode::InsufficientMargin,
            VenueRefusal::BadIncrement => ReasonCode::BadIncrement,
            VenueRefusal::Late => ReasonCode::Late,
            VenueRefusal::SelfTrade => ReasonCode::SelfTrade,
            VenueRefusal::NotSent => ReasonCode::NotSent,
            VenueRefusal::RateLimited => ReasonCode::RateLimited,
            VenueRefusal::NotAllowed => ReasonCode::NotAllowed,
            VenueRefusal::Halted => ReasonCode::Halted,
            VenueRefusal::OutsideBand => ReasonCode::OutsideBand,
            VenueRefusal::TooManyOrders => ReasonCode::TooManyOrders,
            VenueRefusal::Malformed => ReasonCode::Malformed,
        }
    }
}

impl ReasonCode {
    /// Why a desk in that state takes no new order; `None` while it runs.
    pub const fn of_state(state: TradingState) -> Option<ReasonCode> {
        match state {
            TradingState::Run => None,
            TradingState::Hold => Some(ReasonCode::Hold),
            TradingState::Killed => Some(ReasonCode::Killed),
        }
    }

    /// Why a venue in that state does not take an order; `None` where it takes all.
    pub const fn of_venue(state: VenueState) -> Option<ReasonCode> {
        match state {
            VenueState::Normal | VenueState::Degraded => None,
            VenueState::PostOnlyWindow => Some(ReasonCode::VenuePostOnly),
            VenueState::CancelOnly => Some(ReasonCode::VenueCancelOnly),
            VenueState::Quarantine => Some(ReasonCode::VenueQuarantine),
            VenueState::Maintenance => Some(ReasonCode::VenueMaintenance),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_both_texts_and_only_known_fields() {
        for reason in ReasonCode::ALL {
            for lang in [Lang::Ru, Lang::En] {
                let template = reason.template(lang);
                for field in template.split('{').skip(1) {
                    let field = field.split('}').next().unwrap();
                    let known = ["value:0", "value:1", "value:2", "limit:0", "limit:1", "limit:2"];
                    assert!(known.contains(&field), "{reason:?}: {{{field}}}");
                }
                assert!(!template.is_empty());
            }
        }
    }

    #[test]
    fn a_shared_code_is_read_as_the_verdict() {
        assert_eq!(ReasonCode::parse("trap_guard"), Some(ReasonCode::TrapGuard));
        assert_eq!(ReasonCode::parse("WOULD_TAKE"), Some(ReasonCode::WouldTake));
        assert_eq!(ReasonCode::parse("nonsense"), None);
    }
}
