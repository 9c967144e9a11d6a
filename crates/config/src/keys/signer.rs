//! What the signer goes by: where it is, what opens its keys, and what it signs at most.

use crate::key::Key;

pub(super) const KEYS: &[Key] = &[
    Key::text("signer.socket", "").optional().means(
        "Socket of the signer (`aurora signer run`); unset is signing inside the desk, on paper only.",
        "Сокет подписанта (`aurora signer run`); не задан — подпись внутри стола, только в paper.",
    ),
    Key::text("signer.state", "./data/signer").means(
        "Folder of what the signer must remember: epoch, HOLD, KILLED.",
        "Папка того, что подписант обязан помнить: эпоха, HOLD, KILLED.",
    ),
    Key::text("signer.keys", "./data/signer/keys.age").means(
        "The venue keys, sealed with `aurora signer seal`.",
        "Ключи бирж, запечатанные `aurora signer seal`.",
    ),
    Key::text("signer.identity", "./data/signer/identity").means(
        "The file that opens the keys (`aurora signer keygen`), mode 600.",
        "Файл, открывающий ключи (`aurora signer keygen`), права 600.",
    ),
    Key::text("signer.passphrase_file", "").optional().means(
        "A file whose first line opens the keys, instead of signer.identity; mode 600.",
        "Файл, первая строка которого открывает ключи, вместо signer.identity; права 600.",
    ),
    Key::money("signer.order_notional", "5000").means(
        "The most one order may be worth to be signed, in quote.",
        "Предел одной подписываемой заявки, в валюте котировки.",
    ),
    Key::words("signer.max_qty", &[], &["BTC=1", "ETH=20", "SOL=500"]).means(
        "The largest order to be signed, by base: it bounds a sale at any price.",
        "Наибольшая подписываемая заявка по базовой валюте: ограничивает продажу по любой цене.",
    ),
    Key::whole("signer.window_s", 60, 1, 86_400).means(
        "The sliding window of the breaker, s.",
        "Скользящее окно предохранителя, с.",
    ),
    Key::whole("signer.window_orders", 900, 1, 1_000_000).means(
        "New and amended orders signed within the window; one more opens the breaker.",
        "Новых и изменённых заявок в окне; лишняя размыкает предохранитель.",
    ),
    Key::money("signer.window_notional", "1000000").means(
        "What the orders signed within the window may be worth together, in quote; more opens the breaker.",
        "Суммарный объём подписанных в окне заявок, в валюте котировки; больше — предохранитель размыкается.",
    ),
];
