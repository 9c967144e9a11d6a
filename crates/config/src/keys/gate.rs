//! What the gate reads: the gates, anti-churn, the kill switch and the operator's token.

use crate::key::Key;

const GATES: &[&str] = &[
    "latency",
    "health",
    "trap",
    "expected_return",
    "slippage",
    "risk",
    "sprt",
    "spread",
    "governance",
];
const ANY: (f64, f64) = (f64::MIN, f64::MAX);

pub(super) const KEYS: &[Key] = &[
    Key::choice("gate.compat", &["strict", "reference"], "strict").means(
        "`reference` is the recorded behaviour exactly; `strict` adds per-symbol TRAP windows, real quotas and the kill-switch window.",
        "`reference` повторяет записанное поведение в точности; `strict` добавляет окна TRAP по символам, настоящие квоты и окно аварийного выключателя.",
    ),
    Key::words("gate.order", GATES, GATES).means(
        "Gates in the order they are asked; governance stays last. Anti-churn always comes first and is not listed.",
        "Порядок проверок; governance всегда последняя. Anti-churn всегда первый и в список не входит.",
    ),
    Key::text("gate.calibrator", "").optional().means(
        "File written by `aurora gate calibrate`; without it P(target) is Platt's.",
        "Файл из `aurora gate calibrate`; без него P(target) считается по Платту.",
    ),
    Key::whole("gate.max_symbols", 1024, 1, 65_536).means(
        "Symbols the gate remembers at once.",
        "Сколько символов шлюз помнит одновременно.",
    ),
    Key::whole("gate.quota.trades_per_minute", 0, 1, 1_000_000).optional().means(
        "Entries per symbol and minute that a strict answer counts its quota against.",
        "Входов на символ в минуту, от которых строгий ответ считает квоту.",
    ),
    Key::positive("gate.quota.symbol_exposure", 0.0, 1e15).optional().means(
        "Exposure per symbol in quote that a strict answer counts its quota against.",
        "Экспозиция на символ в валюте котировки, от которой строгий ответ считает квоту.",
    ),
    Key::choice("pretrade.order_profile", &["er_before_slip", "slip_before_er"], "er_before_slip")
        .env(&["PRETRADE_ORDER_PROFILE"])
        .means(
            "Which of expected return and slippage is asked first.",
            "Что проверяется раньше: ожидаемая доходность или проскальзывание.",
        ),
    Key::whole("aurora.cooldown_after_close_ms", 0, 0, 86_400_000).means(
        "No entry in a symbol for so long after a close, ms; 0 is off.",
        "Пауза для символа после закрытия, мс; 0 выключает.",
    ),
    Key::whole("aurora.min_open_interval_ms", 0, 0, 86_400_000).means(
        "At most one allowed entry per symbol in so long, ms; 0 is off.",
        "Не чаще одного входа на символ за это время, мс; 0 выключает.",
    ),
    Key::whole("aurora.min_position_hold_ms", 0, 0, 86_400_000).means(
        "A position is held at least so long before the other side is considered, ms; 0 is off.",
        "Минимальное удержание позиции до разворота, мс; 0 выключает.",
    ),
    Key::positive("guards.latency_ms_limit", 30.0, 600_000.0)
        .fallback("gates.latency_ms_limit")
        .env_when_absent(&["AURORA_LMAX_MS"])
        .alias(&["gate.latency_ms_limit"])
        .means(
            "Latency gate: a request slower than this is denied, ms.",
            "Проверка задержки: более медленный запрос отклоняется, мс.",
        ),
    Key::positive("aurora.latency_window_sec", 60.0, 86_400.0).means(
        "Health gate: the window the p95 latency is taken over, s.",
        "Проверка здоровья: окно для p95 задержки, с.",
    ),
    Key::positive("aurora.latency_guard_ms", 30.0, 600_000.0).means(
        "Health gate: p95 above this counts a warning, ms.",
        "Проверка здоровья: p95 выше этого считается предупреждением, мс.",
    ),
    Key::number("aurora.cooloff_base_sec", 120.0, 0.0, 604_800.0).means(
        "Health gate: how long a first warning cools off, s.",
        "Проверка здоровья: длительность остывания после первого предупреждения, с.",
    ),
    Key::whole("aurora.halt_threshold_repeats", 2, 1, 10_000).means(
        "Health gate: so many warnings within 300 s halt.",
        "Проверка здоровья: столько предупреждений за 300 с останавливают торговлю.",
    ),
    Key::whole("aurora.latency_max_samples", 131_072, 1, 4_194_304).means(
        "Health gate: the most samples kept; a busier window is shorter.",
        "Проверка здоровья: максимум замеров; при большей нагрузке окно короче.",
    ),
    Key::flag("guards.trap_guard_enabled", true)
        .env(&["TRAP_GUARD"])
        .env_alias(&["AURORA_TRAP_GUARD"])
        .alias(&["gate.trap.enabled"])
        .means(
            "TRAP gate: whether fake walls deny; they are always measured.",
            "Проверка TRAP: запрещают ли вход ложные стены; измеряются они всегда.",
        ),
    Key::positive("trap.window_s", 2.0, 3_600.0).means(
        "TRAP gate: seconds the cancel and add deltas were summed over.",
        "Проверка TRAP: за сколько секунд просуммированы отмены и добавления.",
    ),
    Key::whole("trap.levels", 5, 1, 1_000).means(
        "TRAP gate: book levels a side the deltas come from.",
        "Проверка TRAP: уровней стакана с каждой стороны.",
    ),
    Key::number("trap.z_threshold", 1.64, -1e6, 1e6)
        .env(&["AURORA_TRAP_Z_THRESHOLD"])
        .alias(&["gate.trap.z_threshold"])
        .means("TRAP gate: z-score from which it flags.", "Проверка TRAP: порог z-оценки."),
    Key::number("trap.cancel_pctl", 90.0, 0.0, 100.0)
        .env(&["AURORA_TRAP_CANCEL_PCTL"])
        .alias(&["gate.trap.cancel_pctl"])
        .means(
            "TRAP gate: percentile of the cancel rate that, with signs in conflict, flags.",
            "Проверка TRAP: перцентиль темпа отмен, срабатывающий при конфликте знаков.",
        ),
    Key::number("trap.score_threshold", 0.8, -1e6, 1e6).means(
        "TRAP gate: score above which it denies, 0 to 1.",
        "Проверка TRAP: оценка, выше которой отказ, от 0 до 1.",
    ),
    Key::number("risk.pi_min_bps", 2.0, -10_000.0, 10_000.0)
        .env(&["AURORA_PI_MIN_BPS"])
        .alias(&["gate.pi_min_bps"])
        .means(
            "Expected-return gate: the return must be above this, bps.",
            "Проверка доходности: ожидаемая доходность должна быть выше, б.п.",
        ),
    Key::number("slippage.eta_fraction_of_b", 0.3, 0.0, 1e6)
        .env(&["AURORA_SLIP_ETA"])
        .alias(&["gate.slip_eta"])
        .means(
            "Slippage gate: the part of the gain that slippage may take.",
            "Проверка проскальзывания: какую долю цели оно может забрать.",
        ),
    Key::number("risk.dd_day_pct", 10.0, -1e6, 1e6).alias(&["gates.dd_day_pct_max"]).means(
        "Risk gate: a day's loss of so many percent denies.",
        "Проверка риска: дневной убыток в процентах, при котором отказ.",
    ),
    Key::whole("risk.max_concurrent", 10, 0, 1_000_000).means(
        "Risk gate: so many open positions deny.",
        "Проверка риска: столько открытых позиций запрещают вход.",
    ),
    Key::number("risk.size_scale", 1.0, 0.0, 1.0).means(
        "Risk gate: the share of the asked size that is granted.",
        "Проверка риска: доля запрошенного размера.",
    ),
    Key::flag("sprt.enabled", false)
        .env(&["AURORA_SPRT_ENABLED"])
        .alias(&["gate.sprt.enabled"])
        .means("SPRT gate: whether samples are tested.", "Проверка SPRT: включена ли."),
    Key::positive("sprt.sigma", 1.0, 1e9).means(
        "SPRT gate: standard deviation of one sample, in units of the score.",
        "Проверка SPRT: стандартное отклонение выборки в единицах оценки.",
    ),
    Key::number("sprt.A", 2.0, ANY.0, ANY.1).means(
        "SPRT gate: log-likelihood ratio that accepts.",
        "Проверка SPRT: логарифм отношения правдоподобия для принятия.",
    ),
    Key::number("sprt.B", -2.0, ANY.0, ANY.1).means(
        "SPRT gate: log-likelihood ratio that rejects.",
        "Проверка SPRT: логарифм отношения правдоподобия для отклонения.",
    ),
    Key::whole("sprt.max_obs", 10, 1, 1_000_000_000).means(
        "SPRT gate: after so many samples the sign decides.",
        "Проверка SPRT: после стольких наблюдений решает знак.",
    ),
    Key::positive("sprt.alpha", 0.0, 0.999_999).optional().means(
        "SPRT gate: rate of false acceptance; with sprt.beta it replaces A and B.",
        "Проверка SPRT: доля ложных принятий; вместе с sprt.beta заменяет A и B.",
    ),
    Key::positive("sprt.beta", 0.0, 0.999_999).optional().means(
        "SPRT gate: rate of false rejection.",
        "Проверка SPRT: доля ложных отклонений.",
    ),
    Key::whole("sprt.timeout_ms", 500, 0, 60_000)
        .env(&["AURORA_SPRT_TIMEOUT_MS"])
        .alias(&["gate.sprt.timeout_ms"])
        .means(
            "SPRT gate: a test that takes longer continues, ms.",
            "Проверка SPRT: более долгий тест даёт «продолжать», мс.",
        ),
    Key::positive("guards.spread_bps_limit", 100.0, 100_000.0)
        .fallback("gates.spread_bps_limit")
        .env(&["AURORA_SPREAD_BPS_LIMIT"])
        .env_alias(&["AURORA_SPREAD_MAX_BPS"])
        .alias(&["gate.spread_bps_limit"])
        .means(
            "Spread gate: a wider spread is denied, bps.",
            "Проверка спреда: более широкий спред отклоняется, б.п.",
        ),
    Key::number("guards.vol_guard_std_bps", 300.0, 0.0, 1e9).means(
        "Accepted from older files; governance reads gates.vol_guard_std_bps.",
        "Принимается из старых файлов; governance читает gates.vol_guard_std_bps.",
    ),
    Key::number("gates.reject_storm_pct", 0.5, 0.0, 1e6).means(
        "Governance: a reject rate (a fraction) from which trading halts.",
        "Governance: доля отказов площадки, с которой торговля останавливается.",
    ),
    Key::number("gates.reject_storm_cooldown_s", 60.0, 0.0, 604_800.0).means(
        "Governance: how long a reject storm halts, s.",
        "Governance: длительность остановки при шторме отказов, с.",
    ),
    Key::number("gates.daily_dd_limit_pct", 10.0, -1e6, 1e6)
        .alias(&["gate.daily_dd_limit_pct"])
        .means(
            "Governance: the day's loss that denies, percent; its sign does not matter.",
            "Governance: дневной убыток, при котором отказ, %; знак не важен.",
        ),
    Key::number("gates.cvar_limit", 0.0, -1e9, 1e9)
        .optional()
        .alias(&["gates.cvar_day_pct_max"])
        .means(
            "Governance: the CVaR that denies; its sign does not matter; unset asks nothing.",
            "Governance: CVaR, при котором отказ; знак не важен; не задан — не проверяется.",
        ),
    Key::number("gates.spread_bps_limit", 80.0, 0.0, 100_000.0)
        .alias(&["gates.spread_bps_max"])
        .means("Governance: the widest spread, bps.", "Governance: самый широкий спред, б.п."),
    Key::number("gates.latency_ms_limit", 500.0, 0.0, 600_000.0)
        .alias(&["gates.latency_ms_max"])
        .means("Governance: the highest latency, ms.", "Governance: наибольшая задержка, мс."),
    Key::number("gates.vol_guard_std_bps", 300.0, 0.0, 1e9)
        .alias(&["gates.vol_std_bps_max"])
        .means("Governance: the highest volatility, bps.", "Governance: наибольшая волатильность, б.п."),
    Key::number("gates.max_concurrent_positions", 999.0, 0.0, 1e6).means(
        "Governance: so many open positions deny.",
        "Governance: столько открытых позиций запрещают вход.",
    ),
    Key::whole("killswitch.window_trades", 50, 1, 1_000_000).means(
        "Kill switch: so many last verdicts and reports are looked at.",
        "Аварийный выключатель: сколько последних решений и отчётов учитывается.",
    ),
    Key::number("killswitch.max_reject_rate_pct", 35.0, 0.0, 100.0).means(
        "Kill switch: the share of venue rejects above which it trips, percent.",
        "Аварийный выключатель: доля отказов площадки, выше которой срабатывает, %.",
    ),
    Key::number("killswitch.max_denied_rate_pct", 50.0, 0.0, 100.0).means(
        "Kill switch: the share of denials above which it trips, percent.",
        "Аварийный выключатель: доля запретов шлюза, выше которой срабатывает, %.",
    ),
    Key::choice("killswitch.action", &["HALT_AND_ALERT", "ALERT"], "HALT_AND_ALERT").means(
        "Kill switch: what it does when it trips.",
        "Аварийный выключатель: что делает при срабатывании.",
    ),
    Key::flag("aurora.icp_obs", false).env(&["AURORA_ICP_OBS"]).means(
        "Adds the conformal interval of P(target) to the observability of each answer.",
        "Добавляет в ответ конформный интервал P(target).",
    ),
    Key::positive("observability.ack.ttl_s", 300.0, 86_400.0).means(
        "An order without an acknowledgement for so long is expired, s.",
        "Заявка без подтверждения дольше этого считается истёкшей, с.",
    ),
    Key::secret("ops.token")
        .env_when_absent(&["OPS_TOKEN"])
        .env_alias(&["AURORA_OPS_TOKEN"])
        .alias(&["security.ops_token"])
        .means(
            "What an operator sends in X-OPS-TOKEN; 32 characters or more. Unset refuses every operator request.",
            "Токен оператора в заголовке X-OPS-TOKEN; от 32 символов. Не задан — операторские запросы отклоняются.",
        ),
    Key::flag("metrics.require_token", false).means(
        "Whether /metrics asks for the operator token.",
        "Требует ли /metrics токен оператора.",
    ),
];
