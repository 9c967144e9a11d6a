//! What the scalper reads.

use crate::key::Key;

pub(super) const KEYS: &[Key] = &[
    Key::flag("strategy.scalper.enabled", true).means(
        "Whether the scalper trades; without it the market is only watched.",
        "Торгует ли скальпер; без него рынок только наблюдается.",
    ),
    Key::number("strategy.scalper.weights.obi", 0.30, -100.0, 100.0)
        .means("Weight of order book imbalance in the score.", "Вес дисбаланса стакана в оценке."),
    Key::number("strategy.scalper.weights.tfi", 0.25, -100.0, 100.0).means(
        "Weight of trade flow imbalance in the score.",
        "Вес дисбаланса потока сделок в оценке.",
    ),
    Key::number("strategy.scalper.weights.microprice", 0.25, -100.0, 100.0)
        .means("Weight of the microprice's lean in the score.", "Вес наклона микроцены в оценке."),
    Key::number("strategy.scalper.weights.ofi", 0.20, -100.0, 100.0).means(
        "Weight of order flow imbalance in the score.",
        "Вес дисбаланса потока заявок в оценке.",
    ),
    Key::number("strategy.scalper.platt.slope", 2.0, -100.0, 100.0)
        .means("Slope of P(target) over the score.", "Наклон P(target) по оценке."),
    Key::number("strategy.scalper.platt.offset", 0.0, -100.0, 100.0)
        .means("Offset of P(target).", "Сдвиг P(target)."),
    Key::number("strategy.scalper.entry_score", 0.30, 0.0, 1.0)
        .means("Score from which a position is opened.", "Оценка, с которой открывается позиция."),
    Key::number("strategy.scalper.fade_score", 0.0, 0.0, 1.0).means(
        "Score under which a resting entry is withdrawn; at most entry_score.",
        "Оценка, ниже которой вход снимается; не больше entry_score.",
    ),
    Key::number("strategy.scalper.min_edge_bps", 1.0, -100.0, 100.0).means(
        "Expected return a resting entry must promise, bps.",
        "Ожидаемая доходность для пассивного входа, б.п.",
    ),
    Key::number("strategy.scalper.take_edge_bps", 2.5, 0.0, 1_000.0).means(
        "Expected return from which an entry takes instead of resting, bps.",
        "Ожидаемая доходность, с которой вход берёт сразу, б.п.",
    ),
    Key::positive("strategy.scalper.target_bps", 18.0, 500.0)
        .means("Gain aimed for, bps.", "Цель, б.п."),
    Key::positive("strategy.scalper.stop_bps", 10.0, 500.0)
        .means("Loss accepted, bps.", "Стоп, б.п."),
    Key::number("strategy.scalper.trail_from_bps", 6.0, 0.0, 500.0).means(
        "Gain from which the trailing exit watches, bps.",
        "Прибыль, с которой включается скользящий выход, б.п.",
    ),
    Key::positive("strategy.scalper.trail_bps", 4.0, 500.0).means(
        "What may be given back from the best, bps.",
        "Сколько можно отдать от лучшего, б.п.",
    ),
    Key::whole("strategy.scalper.max_hold_ms", 20_000, 100, 86_400_000)
        .means("The longest a position is held, ms.", "Наибольшее удержание позиции, мс."),
    Key::whole("strategy.scalper.exit_patience_ms", 3_000, 0, 3_600_000).means(
        "How long a time exit rests at the touch before it takes, ms.",
        "Сколько выход по времени стоит в очереди, прежде чем взять, мс.",
    ),
    Key::number("strategy.scalper.exit_slack_bps", 5.0, 0.0, 100.0).means(
        "How far through the touch a taking exit may go, bps.",
        "Насколько вглубь стакана может идти выход, б.п.",
    ),
    Key::whole("strategy.scalper.entry_rest_ms", 10_000, 100, 3_600_000)
        .means("The longest an entry rests, ms.", "Наибольшее ожидание входа, мс."),
    Key::whole("strategy.scalper.requote_ticks", 3, 0, 1_000).means(
        "How far the touch may run from a resting order before it is withdrawn, ticks.",
        "На сколько тиков цена может уйти от заявки до её снятия.",
    ),
    Key::whole("strategy.scalper.cooldown_ms", 1_000, 0, 3_600_000)
        .means("Pause after a position was closed, ms.", "Пауза после закрытия позиции, мс."),
    Key::whole("strategy.scalper.retry_after_ms", 250, 0, 60_000).means(
        "Pause between two attempts to place the same kind of order, ms.",
        "Пауза между попытками поставить такую же заявку, мс.",
    ),
    Key::positive("strategy.scalper.max_spread_bps", 5.0, 1_000.0)
        .means("The widest spread to open on, bps.", "Самый широкий спред для входа, б.п."),
    Key::money("strategy.scalper.order_notional", "300")
        .means("What one order is worth, in quote.", "Размер одной заявки, в валюте котировки."),
];
