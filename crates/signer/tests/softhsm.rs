//! A secret in a PKCS#11 token: SoftHSM2 signs what we would, and never gives the secret away.

use std::path::{Path, PathBuf};
use std::process::Command;

use aurora_signer::{TokenFault, TokenKey, read_keys};
use aurora_wire::{HeldKey, Hmac};
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::object::{Attribute, KeyType, ObjectClass};
use cryptoki::session::UserType;
use cryptoki::types::AuthPin;

const SECRET: &[u8] = b"a secret of thirty-two characters";
const MODULES: [&str; 3] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
];

fn module() -> Option<PathBuf> {
    let found = MODULES.iter().map(Path::new).find(|path| path.exists());
    if found.is_none() {
        let advice = "SoftHSM2 is missing: apt-get install softhsm2";
        assert!(std::env::var_os("CI").is_none(), "{advice}");
        eprintln!("{advice}; this test is left out");
    }
    found.map(Path::to_owned)
}

/// The library reads its configuration from the environment once, so the test runs itself again with it set.
#[test]
fn a_secret_in_a_token_signs_and_stays_there() {
    let Some(module) = module() else { return };
    if std::env::var_os("SOFTHSM2_CONF").is_none() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("tokens")).unwrap();
        let conf = folder.path().join("softhsm2.conf");
        let tokens = folder.path().join("tokens");
        std::fs::write(&conf, format!("directories.tokendir = {}\n", tokens.display())).unwrap();
        let own = std::env::current_exe().unwrap();
        let status = Command::new(own)
            .args(["--exact", "a_secret_in_a_token_signs_and_stays_there", "--nocapture"])
            .env("SOFTHSM2_CONF", &conf)
            .status();
        assert!(status.unwrap().success());
        return;
    }
    let library = Pkcs11::new(&module).unwrap();
    library.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)).unwrap();
    let slot = library.get_slots_with_token().unwrap()[0];
    let pin = || AuthPin::new("1234".into());
    library.init_token(slot, &pin(), "aurora").unwrap();
    let slot = library.get_slots_with_initialized_token().unwrap()[0];
    let session = library.open_rw_session(slot).unwrap();
    session.login(UserType::So, Some(&pin())).unwrap();
    session.init_pin(&pin()).unwrap();
    session.logout().unwrap();
    session.login(UserType::User, Some(&pin())).unwrap();
    let create = |label: &str, extractable| {
        let template = [
            Attribute::Class(ObjectClass::SECRET_KEY),
            Attribute::KeyType(KeyType::GENERIC_SECRET),
            Attribute::Token(true),
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(extractable),
            Attribute::Sign(true),
            Attribute::Label(label.into()),
            Attribute::Value(SECRET.to_vec()),
        ];
        session.create_object(&template).unwrap();
    };
    create("binance", false);
    create("loose", true);
    let key = TokenKey::open(&module, "aurora", "binance", "1234").unwrap();
    let parts: [&[u8]; 2] = [b"symbol=BTCUSDT", b"&side=BUY"];
    assert_eq!(key.mac(&parts), Some(Hmac::new(SECRET).sign(&parts)));
    assert!(!key.has_failed());
    // Whatever ends its login costs no signature.
    session.logout().unwrap();
    assert_eq!(key.mac(&parts), Some(Hmac::new(SECRET).sign(&parts)));
    assert!(!key.has_failed());
    // Without the secret nothing is signed, and with it everything is again.
    let binance = session.find_objects(&[Attribute::Label("binance".into())]).unwrap();
    session.destroy_object(binance[0]).unwrap();
    assert_eq!(key.mac(&parts), None);
    assert!(key.has_failed());
    create("binance", false);
    assert_eq!(key.mac(&parts), Some(Hmac::new(SECRET).sign(&parts)));
    assert!(!key.has_failed());
    let open = |token, label| TokenKey::open(&module, token, label, "1234").unwrap_err();
    assert!(matches!(open("aurora", "loose"), TokenFault::Extractable(_)));
    assert!(matches!(open("aurora", "missing"), TokenFault::NoKey(_, 0)));
    assert!(matches!(open("other", "binance"), TokenFault::NoToken(_)));
    let file = format!(
        r#"{{"keys":[{{"venue":"BINANCEUSDM","key":"k","token":{{"module":"{}","token":"aurora","label":"binance","pin":"1234"}}}}]}}"#,
        module.display()
    );
    let keys = read_keys(file.as_bytes()).unwrap();
    assert_eq!(keys[0].1.secret.hex(&parts), Hmac::new(SECRET).hex(&parts));
}
