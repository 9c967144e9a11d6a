//! Every sample is read, or refused for a stated reason; the table below names each.

mod common;

use std::fmt::Write as _;

use aurora_bybit::decode::{Control, Decoder, Private, Public, Scratch};
use aurora_bybit::rest::{self, Envelope};
use aurora_bybit::{Bybit, fate};
use aurora_model::InstrumentNo;
use aurora_wire::{DecodeError, Protocol};
use common::{all_rules, sample_files};
use expect_test::expect_file;

type Read = Result<String, DecodeError>;

fn listed(body: &[u8]) -> Result<&str, DecodeError> {
    Ok(Envelope::read(body)?.list()?.items)
}

fn count<T>(what: &str, items: &[T]) -> String {
    format!("{} {what}", items.len())
}

fn orders(decoder: &Decoder, list: &[u8]) -> Read {
    let mut read = String::new();
    decoder.orders(list, |order| {
        write!(
            read,
            "{:?} {} {:?}/{:?} ",
            order.status,
            order.side.word(),
            order.filled,
            order.qty
        )
        .unwrap();
    })?;
    Ok(format!("orders: {}", read.trim_end()))
}

fn executions(decoder: &Decoder, list: &[u8]) -> Read {
    let mut read = String::new();
    decoder.executions(list, |one| {
        let fill = one.fill;
        write!(read, "{} {:?} @ {:?} fee {} ", fill.side.word(), fill.qty, fill.price, fill.fee)
            .unwrap();
    })?;
    Ok(match read.trim_end() {
        "" => "fills of instruments we do not trade".to_owned(),
        read => format!("fills: {read}"),
    })
}

fn rules(body: &[u8]) -> Read {
    let names = ["BTC", "ETH", "TSLA"];
    let ids = names.map(|base| format!("BYBIT:PERP:{base}-USDT").parse().unwrap());
    let wanted: Vec<_> = (0..).map(InstrumentNo).zip(ids).collect();
    let page = Bybit.read_rules(body, &wanted)?;
    let name = |rules: &aurora_wire::Rules| {
        format!("{} tick {} lot {}", rules.instrument.symbol, rules.instrument.tick, rules.wire_lot)
    };
    Ok(format!("rules: {}", page.rules.iter().map(name).collect::<Vec<_>>().join(", ")))
}

fn public(decoder: &Decoder, frame: &[u8]) -> Read {
    let mut scratch = Scratch::default();
    Ok(match decoder.public(frame, &mut scratch)? {
        Public::Book(head) => format!(
            "book {} {} with {}",
            head.update_id,
            if head.is_snapshot { "snapshot" } else { "change" },
            count("levels", &scratch.levels)
        ),
        Public::Trades => count("trades", &scratch.prints),
        Public::Ticker(ticker) => {
            let fields = rest::read_ticker(ticker.data)?;
            format!("ticker, mark {:?}, whole {}", fields.mark, ticker.is_snapshot)
        }
        Public::Liquidations => count("liquidations", &scratch.liquidations),
        Public::SystemStatus => count("maintenance windows", &rest::read_system_status(frame)?),
        Public::Control => return control(frame),
        Public::Other => "passed over: a topic nobody asked for".to_owned(),
    })
}

fn private(decoder: &Decoder, frame: &[u8]) -> Read {
    let mut said = Vec::new();
    let mut fills = Vec::new();
    let what = decoder.private(
        frame,
        |order| said.push(format!("{:?} {:?}/{:?}", order.status, order.filled, order.qty)),
        |fill| fills.push(format!("{:?} @ {:?}", fill.fill.qty, fill.fill.price)),
    )?;
    Ok(match what {
        Private::Orders if said.is_empty() => "orders of instruments we do not trade".to_owned(),
        Private::Orders => format!("orders: {}", said.join(", ")),
        Private::Executions => format!("fills: {}", fills.join(", ")),
        Private::FastExecutions => format!("fast fills: {}", fills.join(", ")),
        Private::Positions => count("positions", &rest::read_position_frame(frame)?),
        Private::Wallet => count("balances", &rest::read_wallet_frame(frame)?),
        Private::Control => return control(frame),
        Private::Other => "passed over: a topic nobody asked for".to_owned(),
    })
}

fn control(frame: &[u8]) -> Read {
    Ok(match Control::read(frame)? {
        Control::Login(result) => format!("login {result:?}"),
        Control::Subscribed(_, result) => format!("subscribed {result:?}"),
        Control::Pong => "pong".to_owned(),
        Control::Trade(reply) => {
            let items = reply.data.zip(reply.ext).map(|(data, ext)| rest::read_batch(data, ext));
            let codes = match items {
                Some(Ok(items)) => {
                    format!(", items {:?}", items.iter().map(|i| i.code).collect::<Vec<_>>())
                }
                _ => String::new(),
            };
            format!("trade socket: {}{codes}", reply.code)
        }
        Control::Refused(words) => format!("refused: {words}"),
        Control::Other => "nothing to act on".to_owned(),
    })
}

/// The answer to a call that brings nothing but its code.
fn code(body: &[u8]) -> Read {
    let envelope = Envelope::read(body)?;
    Ok(match envelope.code {
        0 => "taken".to_owned(),
        code => format!("{code}: {:?}", fate(code)),
    })
}

fn array(object: &str) -> Vec<u8> {
    format!("[{object}]").into_bytes()
}

/// Two samples are of the spot market, whose lots are finer.
fn spot() -> Decoder {
    Decoder::new(&[common::rules(0, "BTC", "0.01", "0.000001")])
}

fn read(decoder: &Decoder, name: &str, text: &str) -> Read {
    let body = text.as_bytes();
    let (kind, rest_of_name) = name.split_once('_').unwrap();
    let short = rest_of_name.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('_');
    match (kind, short) {
        ("capture" | "signature", _) => Ok("what clients send: see tests/signing.rs".to_owned()),
        ("ccxt", "rest_cancel_all_orders") | ("docs", "order_cancel_all") => {
            Ok(match rest::count_ids(Envelope::read(body)?.result) {
                Ok(count) => format!("cancelled {count}"),
                Err(_) => "taken, names no orders".to_owned(),
            })
        }
        ("ccxt", "rest_create_orders") | ("docs", "order_batch_amend" | "order_batch_place") => {
            let envelope = Envelope::read(body)?;
            let items = rest::read_batch(envelope.result, envelope.ext)?;
            Ok(format!("batch: {:?}", items.iter().map(|item| item.code).collect::<Vec<_>>()))
        }
        ("ccxt", "rest_fetch_derivatives_open_interest_history")
        | ("docs", "market_open_interest") => {
            Ok(count("points of open interest", &rest::open_interest(listed(body)?)?))
        }
        ("ccxt", "rest_parse_open_interest") => {
            let list = format!("[{text}]");
            Ok(count("points of open interest", &rest::open_interest(&list)?))
        }
        ("ccxt", "rest_fetch_funding_rates" | "rest_fetch_ticker") | ("docs", "market_tickers") => {
            Ok(count("tickers", &rest::tickers(listed(body)?)?))
        }
        ("ccxt", "rest_parse_funding_rate" | "rest_parse_ticker") => {
            rest::read_ticker(body).map(|ticker| format!("ticker, mark {:?}", ticker.mark))
        }
        ("ccxt", "rest_fetch_my_trades") | ("nt", "http_get_executions") => {
            executions(decoder, listed(body)?.as_bytes())
        }
        ("ccxt", "rest_parse_trade") if text.contains("execFee") => {
            executions(decoder, &array(text))
        }
        ("ccxt", "rest_parse_trade") => {
            Ok(count("trades of ours to read", &decoder.rest_trades(&array(text))?))
        }
        ("docs", "market_recent_trade") | ("nt", "http_get_trades_recent") => {
            Ok(count("trades", &spot().rest_trades(listed(body)?.as_bytes())?))
        }
        ("ccxt", "rest_fetch_order" | "rest_fetch_orders_classic")
        | ("docs", "order_open_order" | "order_order_list")
        | (
            "nt",
            "http_get_order_partially_filled_rejected"
            | "http_get_orders_history"
            | "http_get_orders_history_with_duplicate"
            | "http_get_orders_realtime_tp_sl",
        ) => orders(decoder, listed(body)?.as_bytes()),
        ("ccxt", "rest_parse_order") => orders(decoder, &array(text)),
        ("ccxt", "rest_fetch_position") | ("nt", "http_get_positions") => {
            Ok(count("positions", &rest::positions(listed(body)?)?))
        }
        ("ccxt", "rest_parse_position") if text.contains("closedPnl") => {
            Ok("a closed position's profit: no call of ours asks for it".to_owned())
        }
        ("ccxt", "rest_parse_position") | ("nt", "ws_account_position_with_open_time") => {
            Ok(count("positions", &rest::positions(&format!("[{text}]"))?))
        }
        ("ccxt", "rest_fetch_spot_markets")
        | ("docs", "market_instrument")
        | ("nt", "http_get_instruments_linear" | "http_get_instruments_linear_symbol_type") => {
            rules(body)
        }
        ("ccxt", "rest_fetch_time") => rest::server_time(body).map(|time| format!("{time:?}")),
        ("ccxt", "rest_describe" | "rest_handle_errors") => {
            let refused = code(body).unwrap_err();
            Ok(format!("refused: {refused} (an answer of the API before v5)"))
        }
        ("ccxt", "rest_parse_balance")
        | (
            "nt",
            "http_get_wallet_balance_spot_short" | "http_get_wallet_balance_with_spot_borrow",
        ) => Ok(count("balances", &rest::wallet(listed(body)?)?)),
        ("ccxt", "rest_parse_ohlcv") => Ok(count("candles", &rest::klines(&format!("[{text}]"))?)),
        ("docs", "market_kline") | ("nt", "http_get_klines_linear") => {
            Ok(count("candles", &rest::klines(listed(body)?)?))
        }
        ("ccxt", "rest_parse_trading_fee") => {
            Ok(count("fee rates", &rest::fee_rates(&format!("[{text}]"))?))
        }
        ("docs", "account_fee_rate") | ("nt", "http_get_fee_rate") => {
            Ok(count("fee rates", &rest::fee_rates(listed(body)?)?))
        }
        ("docs", "market_history_fund_rate") => {
            Ok(count("funding payments", &rest::funding_history(listed(body)?)?))
        }
        ("docs", "market_orderbook") => {
            let mut levels = Vec::new();
            let head = spot().rest_book(Envelope::read(body)?.result.as_bytes(), &mut levels)?;
            Ok(format!("book {:?} with {}", head.map(|h| h.update_id), count("levels", &levels)))
        }
        ("docs", "account_dcp_info") => Ok(count("dead-man switches", &rest::read_dead_man(body)?)),
        ("docs", "user_apikey_info") | ("nt", "http_get_user_query_api") => {
            rest::key_info(body).map(|key| format!("{key:?}"))
        }
        ("docs", "order_create_order" | "order_amend_order") => {
            let (order, link) = rest::read_order_ids(Envelope::read(body)?.result)?;
            Ok(format!("taken as {order}, ours is {link}"))
        }
        ("docs", "account_transaction_log") => {
            Ok(count("rows of the log", &rest::transaction_log(listed(body)?)?))
        }
        ("docs", "account_smp_group" | "position_close_pnl")
        | ("ccxt", "rest_fetch_positions_history") => {
            code(body).map(|code| format!("{code}: no call of ours asks for more of it"))
        }
        (
            "docs",
            "order_dcp" | "position_leverage" | "position_position_mode" | "position_trading_stop",
        ) => code(body),
        (
            "docs",
            "websocket_private_dcp"
            | "websocket_private_execution"
            | "websocket_private_fast_execution"
            | "websocket_private_order"
            | "websocket_private_position"
            | "websocket_private_wallet",
        )
        | (
            "ccxt",
            "ws_handle_balance"
            | "ws_handle_my_trades"
            | "ws_handle_order"
            | "ws_handle_positions"
            | "ws_handle_authenticate",
        ) => private(decoder, body),
        ("nt", short) if short.starts_with("ws_account") => private(decoder, body),
        ("ccxt", "ws_parse_ws_trade") => {
            let frame = format!(r#"{{"topic":"publicTrade.BTCUSDT","data":[{text}]}}"#);
            public(decoder, frame.as_bytes())
        }
        ("ccxt", "ws_parse_ws_balance" | "ws_parse_ws_ohlcv" | "ws_handle_un_subscribe") => {
            control(body).map(|read| format!("{read}: a part of a frame, or ccxt's own state"))
        }
        ("docs", "websocket_trade_guideline") if text.contains("X-BAPI-TIMESTAMP") => {
            Ok("what clients send: a request of the trade socket".to_owned())
        }
        ("ccxt" | "docs" | "nt", short)
            if short.starts_with("ws") || short.starts_with("websocket") =>
        {
            public(decoder, body)
        }
        other => panic!("nobody reads {other:?}: add it to the table"),
    }
}

#[test]
fn every_sample_is_read_or_refused_for_a_reason() {
    let decoder = Decoder::new(&all_rules());
    let files = sample_files();
    if files.is_empty() {
        return;
    }
    let mut table = String::new();
    for (name, text) in &files {
        let outcome = match read(&decoder, name, text.trim()) {
            Ok(read) => read,
            Err(error) => format!("refused: {error}"),
        };
        writeln!(table, "{name}: {outcome}").unwrap();
    }
    expect_file!["samples.txt"].assert_eq(&table);
}
