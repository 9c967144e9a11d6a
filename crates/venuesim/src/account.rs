//! Who may trade: keys, secrets and what an account begins with.

use aurora_matching::exchange::AccountNo;
use aurora_wire::Hmac;

/// One API key.
#[derive(Clone, Debug)]
pub struct Account {
    /// The account it belongs to.
    pub no: AccountNo,
    /// The key's name on the wire.
    pub key: String,
    /// Its secret as text, for dialects that sign by themselves.
    pub secret: String,
    /// Its secret, ready to sign.
    pub hmac: Hmac,
    /// OKX's third secret.
    pub passphrase: String,
}

/// Every API key the server knows.
#[derive(Clone, Debug)]
pub struct Accounts(Vec<Account>);

impl Accounts {
    /// `testkey` with secret `testsecret` and passphrase `testpass`, then `testkey2` and so on: so many accounts.
    pub fn standard(count: u32) -> Accounts {
        let account = |no: u32| {
            let number = if no == 1 { String::new() } else { no.to_string() };
            let secret = format!("testsecret{number}");
            Account {
                no: AccountNo(no),
                key: format!("testkey{number}"),
                hmac: Hmac::new(secret.as_bytes()),
                secret,
                passphrase: format!("testpass{number}"),
            }
        };
        Accounts((1..=count.max(1)).map(account).collect())
    }

    /// The account of a key.
    pub fn by_key(&self, key: &str) -> Option<&Account> {
        self.0.iter().find(|account| account.key == key)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Account> {
        self.0.iter()
    }
}
