//! What the platform reads: profile, server, logs, storage.

use crate::key::Key;

const PROFILES: &[&str] =
    &["paper", "local-paper", "testnet", "shadow", "micro-live", "live", "dev", "colo"];

pub(super) const KEYS: &[Key] = &[
    Key::choice("profile", PROFILES, "paper").env(&["DEFAULT_PROFILE"]).means(
        "How real the trading is. This version runs paper.",
        "Насколько торговля настоящая. Эта версия работает в paper.",
    ),
    Key::text("environment", "local").env(&["APP_ENV"]).means(
        "A name for this installation, shown in the console.",
        "Имя установки, видно в консоли.",
    ),
    Key::text("server.host", "127.0.0.1")
        .env(&["API_HOST"])
        .means("Address the console and API listen on.", "Адрес консоли и API."),
    Key::whole("server.port", 8000, 0, 65_535).env(&["API_PORT"]).means(
        "Port the console and API listen on; 0 takes a free one and prints it.",
        "Порт консоли и API; 0 берёт свободный и печатает его.",
    ),
    Key::words("server.allowed_hosts", &[], &[]).means(
        "Host names besides loopback under which the console may be opened.",
        "Имена узла кроме loopback, под которыми можно открыть консоль.",
    ),
    Key::whole("server.max_connections", 1024, 1, 65_536).means(
        "Connections served at once; one more is refused.",
        "Соединений одновременно; лишнее отклоняется.",
    ),
    Key::text("logging.session_dir", "").optional().env(&["AURORA_SESSION_DIR"]).means(
        "Folder of this session's logs; unset is logs/YYYYMMDD-hhmmss.",
        "Папка журналов сессии; не задана — logs/YYYYMMDD-hhmmss.",
    ),
    Key::whole("logging.retention_days", 7, 1, 36_500).env(&["AURORA_LOG_RETENTION_DAYS"]).means(
        "Rotated logs are kept so many days.",
        "Сколько дней хранятся ротированные журналы.",
    ),
    Key::whole("logging.rotate_max_mb", 100, 1, 100_000).env(&["AURORA_LOG_ROTATE_MAX_MB"]).means(
        "A log file of so many megabytes is rotated before its day is over, MB.",
        "Файл журнала такого размера ротируется раньше конца суток, МБ.",
    ),
    Key::text("storage.dir", "./data").means(
        "Folder of the journal and the paper account: the truth after a restart.",
        "Папка журнала и бумажного счёта: истина после перезапуска.",
    ),
    Key::text("audit.mirror", "").optional().means(
        "A second folder for the audit's signed roots, best on another disk; unset is none.",
        "Вторая папка для подписанных корней аудита, лучше на другом диске; не задана — нет.",
    ),
    Key::text("audit.key", "").optional().means(
        "The key that signs the audit, made at the first start; unset is audit.key in the data folder.",
        "Ключ подписи аудита, создаётся при первом запуске; не задан — audit.key в папке данных.",
    ),
    Key::text("killswitch.flag_file", "kill.flag").means(
        "While this file exists no new order leaves and open ones are cancelled.",
        "Пока этот файл есть, новые заявки не уходят, открытые снимаются.",
    ),
    Key::positive("ui.stream_hz", 4.0, 60.0)
        .means("How often the console's stream sends, Hz.", "Частота потока консоли, Гц."),
];
