//! What a desk of two nodes reads: the lease, the copy of the journal, the spans of a takeover.

use crate::key::Key;

pub(super) const KEYS: &[Key] = &[
    Key::secret("ha.lease").env(&["AURORA_HA_LEASE"]).means(
        "Where the nodes of one desk keep their lease: sqlite:PATH for one host, postgres://USER@HOST/DATABASE or nats://HOST:PORT for two. Without it a desk is alone.",
        "Где узлы одного стола держат аренду: sqlite:ПУТЬ для одной машины, postgres://USER@HOST/DATABASE или nats://HOST:PORT для двух. Без ключа стол работает один.",
    ),
    Key::text("ha.name", "desk").means(
        "The desk's name at the lease: the same on all its nodes.",
        "Имя стола в аренде: одно на всех его узлах.",
    ),
    Key::text("ha.node", "a").means(
        "This node's name: another on each.",
        "Имя этого узла: на каждом своё.",
    ),
    Key::text("ha.peer_journal", "").optional().means(
        "One host: the journal folder of the other node, copied from as it grows.",
        "Одна машина: папка журнала другого узла; копируется по мере роста.",
    ),
    Key::text("ha.peer", "").optional().means(
        "Two hosts: where the other node ships its journal from, HOST:PORT.",
        "Две машины: откуда другой узел отдаёт свой журнал, HOST:PORT.",
    ),
    Key::text("ha.listen", "").optional().means(
        "Two hosts: where this node ships its journal from, ADDRESS:PORT; on a private network, it is not encrypted.",
        "Две машины: где этот узел отдаёт свой журнал, АДРЕС:PORT; в частной сети, без шифрования.",
    ),
    Key::choice("ha.ship", &["sync", "async"], "sync").means(
        "Two hosts: an order waits until the other node has its record (sync: nothing is lost, and nothing is traded while it is away), or leaves at once (async).",
        "Две машины: заявка ждёт, пока её запись будет и на другом узле (sync: не теряется ничего, и без него не торгуют), или уходит сразу (async).",
    ),
    Key::text("ha.epoch_file", "").optional().means(
        "Where the highest epoch is kept when no signer keeps it: one file for all nodes of one host.",
        "Где хранится старшая эпоха, если её не хранит подписант: один файл на все узлы машины.",
    ),
    Key::choice("ha.open_orders", &["cancel_all", "adopt"], "cancel_all").means(
        "What a new leader does with orders the one before left open.",
        "Что новый ведущий делает с заявками, оставшимися от прежнего.",
    ),
    Key::flag("ha.auto_takeover", true).means(
        "A follower takes over by itself; without it only by `aurora ha promote`.",
        "Ведомый заменяет ведущего сам; иначе только по `aurora ha promote`.",
    ),
    Key::whole("ha.lease_ttl_ms", 5_000, 200, 600_000).means(
        "How long a lease lasts, ms; the same on all nodes.",
        "Срок аренды, мс; одинаковый на всех узлах.",
    ),
    Key::whole("ha.renew_ms", 1_500, 20, 300_000).means(
        "How often the leader renews it, ms.",
        "Как часто ведущий её продлевает, мс.",
    ),
    Key::whole("ha.retry_ms", 500, 10, 60_000).means(
        "How often a follower asks for it, and what failed is repeated, ms.",
        "Как часто ведомый её просит и повторяется неудавшееся, мс.",
    ),
    Key::whole("ha.answer_ms", 1_000, 10, 60_000).means(
        "A lease store silent for so long did not answer, ms.",
        "Хранилище аренды, молчащее дольше, не ответило, мс.",
    ),
    Key::whole("ha.stop_margin_ms", 500, 0, 60_000).means(
        "A leader stops so long before its lease can have run out elsewhere, ms.",
        "Ведущий останавливается на столько раньше, чем аренда могла истечь у других, мс.",
    ),
    Key::whole("ha.pause_ms", 1_000, 20, 60_000).means(
        "A process that stood still for longer sends nothing before it has looked at its lease, and holds, ms.",
        "Процесс, стоявший дольше, не шлёт ничего, пока не проверит аренду, и уходит в HOLD, мс.",
    ),
    Key::whole("ha.request_life_ms", 2_000, 0, 60_000).means(
        "How long a venue takes a request after it was signed, ms: its receive window.",
        "Сколько площадка принимает подписанный запрос, мс: её окно приёма.",
    ),
    Key::whole("ha.takeover_slack_ms", 1_250, 0, 60_000).means(
        "Waited on top of it at a takeover, ms: venues take a request from a second in the future, clocks differ.",
        "Сверх этого ждёт новый ведущий, мс: площадки принимают запрос из будущего до секунды, часы расходятся.",
    ),
    Key::whole("ha.drain_ms", 10_000, 100, 600_000).means(
        "A leader that has not come to rest by then ends its process, ms.",
        "Ведущий, не остановившийся за это время, завершает процесс, мс.",
    ),
    Key::whole("ha.stand_aside_ms", 15_000, 0, 3_600_000).means(
        "How long a node that was demoted, or begins as a standby, leaves the lease to others, ms.",
        "Сколько разжалованный узел или начинающий резервным оставляет аренду другим, мс.",
    ),
    Key::whole("ha.hash_every", 1_000, 1, 1_000_000_000).means(
        "A follower tells the hash of its state every so many records.",
        "Ведомый сообщает хеш состояния каждые столько записей.",
    ),
];
