//! Every sample decodes, or is refused for the reason written here. None is left out.

mod common;

use aurora_okx::decode::rest::{
    self, AlgoOrder, Balance, Candle, DeadManArmed, Done, FeeRates, FillRow, Funding, IndexTicker,
    InstrumentRow, MarkPrice, OpenInterest, OpenInterestPoint, PastPosition, Position,
    PositionMode, PositionTier, Ticker, Wallet,
};
use aurora_okx::decode::{self, Steps};
use aurora_okx::frame::{self, Frame};
use aurora_okx::wire::Channel;
use aurora_wire::scan::{ARRAY, Scanner};
use serde::de::DeserializeOwned;

/// What kind of thing a sample is.
enum Kind {
    /// A REST answer with such items.
    Rest(fn(&[u8]) -> Result<usize, String>),
    /// One item without its envelope.
    Item(fn(&[u8]) -> Result<usize, String>),
    /// A frame of a socket.
    Frame,
    /// Read by `signatures.rs` or `replays.rs`.
    Elsewhere,
    /// Refused, with these words.
    Refused(fn(&[u8]) -> Result<usize, String>, &'static str),
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<usize, String> {
    rest::read::<T>(body).map(|items| items.len()).map_err(|error| error.to_string())
}

fn item<T: DeserializeOwned>(text: &[u8]) -> Result<usize, String> {
    serde_json::from_slice::<T>(text).map(|_| 1).map_err(|error| error.to_string())
}

fn items<T: DeserializeOwned>(text: &[u8]) -> Result<usize, String> {
    rest::items::<T>(text).map(|items| items.len()).map_err(|error| error.to_string())
}

fn done(body: &[u8]) -> Result<usize, String> {
    let envelope = frame::read_envelope(body).map_err(|error| error.to_string())?;
    items::<Done>(envelope.data.ok_or("no data")?)
}

/// Fine enough for every sample's numbers.
fn steps() -> Steps {
    Steps::of(&common::rules_for("ANY-ANY", "0.0000001", "0.00000001")).unwrap()
}

fn orders(body: &[u8]) -> Result<usize, String> {
    let data = rest::good_data(body).map_err(|error| error.to_string())?;
    order_items(data)
}

fn order_items(data: &[u8]) -> Result<usize, String> {
    let words = |error: aurora_wire::DecodeError| error.to_string();
    let orders = decode::orders(data).map_err(words)?;
    for order in &orders {
        order.px.ticks(&steps().tick).map_err(words)?;
        order.sz.lots(&steps().lot).map_err(words)?;
        order.newest_fill(&steps()).map_err(words)?;
    }
    Ok(orders.len())
}

fn bare_order(text: &[u8]) -> Result<usize, String> {
    order_items(&[b"[", text, b"]"].concat())
}

fn bare_trade(text: &[u8]) -> Result<usize, String> {
    decode::trade(&mut Scanner::new(text), &steps()).map(|_| 1).map_err(|error| error.to_string())
}

fn trades(body: &[u8]) -> Result<usize, String> {
    let data = rest::good_data(body).map_err(|error| error.to_string())?;
    let (mut scanner, mut count) = (Scanner::new(data), 0);
    let mut more = scanner.open(ARRAY).map_err(|error| error.to_string())?;
    while more {
        decode::trade(&mut scanner, &steps()).map_err(|error| error.to_string())?;
        count += 1;
        more = scanner.more(ARRAY).map_err(|error| error.to_string())?;
    }
    Ok(count)
}

fn book(body: &[u8]) -> Result<usize, String> {
    let data = rest::good_data(body).map_err(|error| error.to_string())?;
    let mut levels = Vec::new();
    let inner = &data[1..data.len() - 1];
    decode::book(&mut Scanner::new(inner), &steps(), &mut levels)
        .map_err(|error| error.to_string())?;
    Ok(levels.len())
}

fn kind(name: &str) -> Kind {
    use Kind::{Elsewhere, Frame, Item, Refused, Rest};
    match name {
        _ if name.starts_with("capture_") || name.starts_with("replay_") => Elsewhere,
        "signature_vectors" => Elsewhere,
        _ if name.starts_with("ccxt_ws_") || name.starts_with("nt_ws_") => Frame,

        "ccxt_rest_cancel_all_orders_after" => Rest(read::<DeadManArmed>),
        "ccxt_rest_cancel_orders" | "ccxt_rest_cancel_orders_2" | "ccxt_rest_create_orders"
        | "ccxt_rest_edit_orders" | "nt_http_cancel_algo_order_response"
        | "nt_http_place_algo_order_rejected" | "nt_http_place_algo_order_response"
        // The top-level code is 1: all failed, and the items tell why.
        | "ccxt_rest_create_order_request" | "ccxt_rest_handle_errors" => Rest(done),
        "ccxt_rest_parse_order_2" => Item(item::<Done>),
        "ccxt_rest_handle_errors_2" => Refused(read::<Done>, "58001 Incorrect trade password"),

        "ccxt_rest_fetch_balance" => {
            Refused(read::<Wallet>, r#"answer is not what was asked for: "28 .21006347" is not a decimal"#)
        }
        "ccxt_rest_fetch_balance_3" => Rest(read::<Balance>),
        "nt_http_balance_detail_old_fields" => Item(item::<Balance>),
        "ccxt_rest_fetch_position" | "nt_http_get_positions" => Rest(read::<Position>),
        "ccxt_rest_parse_position" => Item(item::<Position>),
        "ccxt_rest_fetch_positions_history" | "nt_http_get_account_positions-history" => {
            Rest(read::<PastPosition>)
        }
        "ccxt_rest_parse_position_2" => Item(item::<PastPosition>),
        "ccxt_rest_set_position_mode" | "nt_http_set_position_mode_response" => {
            Rest(read::<PositionMode>)
        }
        "nt_http_get_trade_fee_response" => Rest(read::<FeeRates>),
        "ccxt_rest_parse_trading_fee" => Item(item::<FeeRates>),

        "ccxt_rest_fetch_canceled_orders" | "ccxt_rest_fetch_closed_orders"
        | "nt_http_get_orders_pending" => Rest(orders),
        "nt_http_get_orders_pending_with_attached_tp_sl" => Rest(orders),
        // Its price is `20 00`.
        "ccxt_rest_fetch_order" => Refused(orders, "expected a digit at byte 2"),
        "ccxt_rest_parse_order_3" => Item(bare_order),
        "ccxt_rest_fetch_closed_orders_2" | "ccxt_rest_fetch_order_2"
        | "nt_http_get_orders_algo_history" | "nt_http_get_orders_algo_pending_attached_oco"
        | "nt_http_get_orders_algo_pending_close_fraction" => Rest(read::<AlgoOrder>),
        "ccxt_rest_fetch_my_trades" => Rest(read::<FillRow>),
        "ccxt_rest_parse_trade_3" | "nt_http_transaction_detail" => Item(item::<FillRow>),

        "ccxt_rest_fetch_trades" | "ccxt_rest_fetch_trades_2" => Rest(trades),
        "ccxt_rest_parse_trade" => Item(bare_trade),
        "nt_http_get_order_book" => Rest(book),
        "ccxt_rest_fetch_ohlcv" | "nt_http_get_candlesticks" => Rest(read::<Candle>),
        "ccxt_rest_parse_ohlcv" => Item(item::<Candle>),
        "ccxt_rest_fetch_ticker" | "ccxt_rest_fetch_tickers" => Rest(read::<Ticker>),
        "ccxt_rest_parse_ticker_2" => Item(item::<IndexTicker>),
        "nt_http_get_index_price" => Rest(read::<IndexTicker>),
        "ccxt_rest_fetch_mark_price" => Rest(read::<MarkPrice>),
        "ccxt_rest_fetch_funding_rate" | "ccxt_rest_fetch_funding_rate_history"
        | "nt_http_get_funding_rate_history" => Rest(read::<Funding>),
        "ccxt_rest_parse_funding_rate_2" => Item(item::<Funding>),
        "ccxt_rest_fetch_open_interest_history" | "ccxt_rest_fetch_open_interest_history_2" => {
            Rest(read::<OpenInterestPoint>)
        }
        "ccxt_rest_parse_open_interest_2" => Item(item::<OpenInterestPoint>),
        "ccxt_rest_parse_open_interest_3" => Item(item::<OpenInterest>),
        "ccxt_rest_parse_market" => Item(item::<InstrumentRow>),
        "nt_http_get_instruments_spot" | "nt_http_get_instruments_swap" => {
            Rest(read::<InstrumentRow>)
        }
        "ccxt_rest_fetch_market_leverage_tiers" => Rest(read::<PositionTier>),
        "ccxt_rest_parse_market_leverage_tiers" => Item(items::<PositionTier>),
        _ => panic!("{name} is in no line of this table"),
    }
}

fn read_frame(bytes: &[u8]) -> Result<usize, String> {
    let words = |error: aurora_wire::DecodeError| error.to_string();
    let push = match frame::read(bytes).map_err(words)? {
        Frame::Pong => return Ok(1),
        Frame::Envelope(envelope) => {
            return match envelope.data {
                Some(data) if !matches!(envelope.op, b"mass-cancel") => items::<Done>(data),
                _ if envelope.event.is_empty() && envelope.op.is_empty() => Err("nothing".into()),
                _ => Ok(1),
            };
        }
        Frame::Push(push) => push,
    };
    let mut count = 0;
    let mut counted = |_| count += 1;
    match push.channel {
        Channel::Books | Channel::Books5 | Channel::Bbo => push
            .each(|scanner| decode::book(scanner, &steps(), &mut Vec::new()).map(|_| counted(())))
            .map_err(words)?,
        Channel::Trades => push
            .each(|scanner| decode::trade(scanner, &steps()).map(|_| counted(())))
            .map_err(words)?,
        Channel::Orders => {
            push.each(|scanner| decode::order(scanner).map(|_| counted(()))).map_err(words)?;
            return order_items(push.data().map_err(words)?);
        }
        channel => {
            let data = push.data().map_err(words)?;
            return match channel {
                Channel::Account => items::<Wallet>(data),
                Channel::Positions => items::<Position>(data),
                Channel::AlgoOrders => items::<AlgoOrder>(data),
                Channel::Instruments => items::<InstrumentRow>(data),
                Channel::Tickers => items::<Ticker>(data),
                _ if push.arg.channel.starts_with(b"candle") => items::<Candle>(data),
                _ => Err(format!("channel {}", String::from_utf8_lossy(push.arg.channel))),
            };
        }
    }
    Ok(count)
}

#[test]
fn every_sample_decodes_or_is_refused_for_a_stated_reason() {
    let (mut decoded, mut refused) = (0, 0);
    for (name, text) in common::all() {
        let bytes = text.as_bytes();
        let read = match kind(&name) {
            Kind::Rest(read) | Kind::Item(read) => read(bytes),
            Kind::Frame => read_frame(bytes),
            Kind::Elsewhere => continue,
            Kind::Refused(read, why) => {
                let error = read(bytes).expect_err(&name);
                assert!(error.starts_with(why), "{name}: {error}");
                refused += 1;
                continue;
            }
        };
        let count = read.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(0 < count, "{name} holds nothing");
        decoded += 1;
    }
    if common::samples().is_some() {
        assert_eq!((decoded, refused), (85, 3));
    }
}
