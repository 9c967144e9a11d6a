//! The lease as a key of a NATS JetStream bucket whose entries live as long as a lease. Time is the server's.
//!
//! The token is the revision under which the key was made: revisions count the bucket's writes, and only grow.
//! Renewing writes the key anew on condition of its last revision.

use async_nats::jetstream::kv::{self, Operation};
use async_nats::jetstream::stream::{Config, DiscardPolicy};
use async_nats::jetstream::{self, Context};
use aurora_ha::Token;
use serde::{Deserialize, Serialize};

use crate::error::LeaseError;
use crate::store::{Claim, Holding, Lease};

/// The bucket's only key.
const KEY: &str = "leader";
const CONNECT: std::time::Duration = std::time::Duration::from_secs(2);

/// A lease in a bucket.
#[derive(Debug)]
pub struct NatsLease {
    bucket: kv::Store,
    claim: Claim,
}

/// What the key says.
#[derive(Debug, Serialize, Deserialize)]
struct Written {
    holder: String,
    /// Absent where the entry's own revision is the token.
    token: Option<u64>,
}

impl NatsLease {
    /// Connects, and makes the bucket unless it is there.
    ///
    /// # Errors
    /// When the server cannot be reached or has no JetStream, and [`LeaseError::OtherTtl`].
    pub async fn open(url: &str, claim: Claim) -> Result<NatsLease, LeaseError> {
        let options = async_nats::ConnectOptions::new()
            .connection_timeout(CONNECT)
            .request_timeout(Some(CONNECT));
        let client = options.connect(url).await.map_err(nats)?;
        let bucket = bucket(&jetstream::new(client), &claim).await?;
        Ok(NatsLease { bucket, claim })
    }

    async fn entry(&self) -> Result<Option<kv::Entry>, LeaseError> {
        let entry = self.bucket.entry(KEY).await.map_err(nats)?;
        Ok(entry.filter(|entry| entry.operation == Operation::Put))
    }

    /// The key's last revision, if it is ours under that token.
    async fn ours(&self, token: Token) -> Result<Option<u64>, LeaseError> {
        let Some(entry) = self.entry().await? else { return Ok(None) };
        let written: Written = serde_json::from_slice(&entry.value).map_err(nats)?;
        let is_ours = written.holder == self.claim.holder
            && written.token.unwrap_or(entry.revision) == token.0;
        Ok(is_ours.then_some(entry.revision))
    }

    fn written(&self, token: Option<Token>) -> Result<Vec<u8>, LeaseError> {
        let holder = self.claim.holder.clone();
        serde_json::to_vec(&Written { holder, token: token.map(|token| token.0) }).map_err(nats)
    }
}

/// The bucket, as a stream of its own making: `create_key_value` of async-nats 0.51 asks nats-server 2.9 for
/// something that it does not tell.
async fn bucket(jetstream: &Context, claim: &Claim) -> Result<kv::Store, LeaseError> {
    let bucket: String =
        claim.name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let bucket = format!("aurora_{bucket}");
    let wanted = Config {
        name: format!("KV_{bucket}"),
        subjects: vec![format!("$KV.{bucket}.>")],
        max_messages_per_subject: 1,
        max_age: claim.ttl,
        allow_rollup: true,
        deny_delete: true,
        allow_direct: true,
        discard: DiscardPolicy::New,
        ..Config::default()
    };
    let mut stream = jetstream.get_or_create_stream(wanted).await.map_err(nats)?;
    let found = stream.info().await.map_err(nats)?.config.max_age;
    if found != claim.ttl {
        return Err(LeaseError::OtherTtl { bucket, found, wanted: claim.ttl });
    }
    jetstream.get_key_value(bucket).await.map_err(nats)
}

impl Lease for NatsLease {
    async fn try_take(&mut self) -> Result<Option<Token>, LeaseError> {
        let written = self.written(None)?;
        match self.bucket.create(KEY, written.into()).await {
            Ok(revision) => Ok(Some(Token(revision))),
            Err(error) if error.kind() == kv::CreateErrorKind::AlreadyExists => Ok(None),
            Err(error) => Err(nats(error)),
        }
    }

    async fn renew(&mut self, token: Token) -> Result<bool, LeaseError> {
        // An answer of before may be lost: what the key says counts.
        let Some(revision) = self.ours(token).await? else { return Ok(false) };
        let written = self.written(Some(token))?;
        match self.bucket.update(KEY, written.into(), revision).await {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == kv::UpdateErrorKind::WrongLastRevision => Ok(false),
            Err(error) => Err(nats(error)),
        }
    }

    async fn release(&mut self, token: Token) -> Result<(), LeaseError> {
        let Some(revision) = self.ours(token).await? else { return Ok(()) };
        self.bucket.delete_expect_revision(KEY, Some(revision)).await.map_err(nats)
    }

    async fn look(&mut self) -> Result<Option<Holding>, LeaseError> {
        let Some(entry) = self.entry().await? else { return Ok(None) };
        let written: Written = serde_json::from_slice(&entry.value).map_err(nats)?;
        let token = Token(written.token.unwrap_or(entry.revision));
        Ok(Some(Holding { holder: written.holder, token }))
    }
}

fn nats(error: impl std::fmt::Display) -> LeaseError {
    LeaseError::Nats(error.to_string())
}
