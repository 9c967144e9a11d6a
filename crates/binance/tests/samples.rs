//! Every shared sample decodes, or is refused for a stated reason. Nothing is skipped.

mod support;

use aurora_binance::{DecodeError, Refusal, answer, stream};
use support::{Read, decode_market, samples};

macro_rules! rest {
    ($name:ident) => {
        (|body| answer::$name(body).map(|told| format!("{told:?}"))) as Read
    };
}

macro_rules! socket {
    ($name:ident) => {
        (|frame| answer::$name(stream::result(frame)?).map(|told| format!("{told:?}"))) as Read
    };
}

/// What was read as nothing we know was not decoded.
fn known(is_known: bool, told: impl std::fmt::Debug) -> Result<String, DecodeError> {
    match is_known {
        true => Ok(format!("{told:?}")),
        false => Err(DecodeError::Missing { field: "a known event" }),
    }
}

fn user(frame: &[u8]) -> Result<String, DecodeError> {
    let event = stream::user(frame)?;
    known(event != stream::UserEvent::Other, event)
}

fn public(frame: &[u8]) -> Result<String, DecodeError> {
    let event = stream::public(frame)?;
    known(event != stream::PublicEvent::Other, event)
}

fn reply(frame: &[u8]) -> Result<String, DecodeError> {
    let told = stream::reply(frame)?;
    known(told != stream::Reply::None, told)
}

fn refusal(body: &[u8]) -> Result<String, DecodeError> {
    let (fate, refusal): (_, Refusal) = aurora_binance::refusal_of(400, body);
    known(refusal.code != 400, (fate, refusal))
}

/// Passed over by user stream, market stream and decoder alike: valid, and of no use to us.
fn passed_over(frame: &[u8]) -> Result<String, DecodeError> {
    let user = stream::user(frame)? == stream::UserEvent::Other;
    let public = stream::public(frame)? == stream::PublicEvent::Other;
    known(user && public, "passed over")
}

/// The book of the order socket.
fn socket_depth(frame: &[u8]) -> Result<String, DecodeError> {
    decode_market(stream::result(frame)?)
}

enum Want {
    Decoded(Read),
    /// By this decoder, because of that.
    Refused(Read, &'static str),
}

use Want::{Decoded, Refused};

const NO_SUCH_MARKET: &str = "spot, margin, options or stocks: another product's shape";

const NO_AMOUNTS: &str = "positions without amounts: the account as it was told before 2020";
const INNER: &str = "the inside of an event without the event's name";

fn table() -> Vec<(&'static str, Want)> {
    vec![
        ("ccxt_rest_cancel_all_orders", Decoded(rest!(done))),
        ("ccxt_rest_cancel_all_orders_2", Decoded(rest!(orders))),
        ("ccxt_rest_cancel_orders", Decoded(rest!(items))),
        ("ccxt_rest_edit_contract_order", Decoded(rest!(orders))),
        ("ccxt_rest_edit_spot_order", Refused(rest!(order), NO_SUCH_MARKET)),
        ("ccxt_rest_fetch_balance", Refused(rest!(order), NO_SUCH_MARKET)),
        ("ccxt_rest_fetch_balance_3", Refused(rest!(order), NO_SUCH_MARKET)),
        ("ccxt_rest_fetch_balance_4", Refused(rest!(account), NO_AMOUNTS)),
        ("ccxt_rest_fetch_balance_6", Refused(rest!(order), NO_SUCH_MARKET)),
        ("ccxt_rest_fetch_balance_7", Refused(rest!(order), NO_SUCH_MARKET)),
        ("ccxt_rest_fetch_funding_rate", Decoded(rest!(premium))),
        ("ccxt_rest_fetch_funding_rate_history", Decoded(rest!(funding_paid))),
        ("ccxt_rest_fetch_last_prices_2", Decoded(rest!(prices))),
        ("ccxt_rest_fetch_leverage_tiers", Decoded(rest!(brackets))),
        ("ccxt_rest_fetch_markets", Refused(rest!(order), NO_SUCH_MARKET)),
        ("ccxt_rest_fetch_markets_2", Decoded(rest!(exchange_info))),
        ("ccxt_rest_fetch_markets_4", Refused(rest!(order), NO_SUCH_MARKET)),
        ("ccxt_rest_fetch_markets_5", Refused(rest!(order), NO_SUCH_MARKET)),
        ("ccxt_rest_fetch_my_trades_2", Decoded(rest!(user_trades))),
        ("ccxt_rest_fetch_my_trades_3", Refused(rest!(order), NO_SUCH_MARKET)),
        ("ccxt_rest_fetch_my_trades_5", Decoded(rest!(user_trades))),
        ("ccxt_rest_fetch_my_trades_6", Refused(rest!(user_trades), NO_SUCH_MARKET)),
        ("ccxt_rest_fetch_ohlcv", Decoded(rest!(candles))),
        ("ccxt_rest_fetch_ohlcv_2", Refused(rest!(order), NO_SUCH_MARKET)),
        ("ccxt_rest_fetch_open_interest_2", Decoded(rest!(open_interest))),
        ("ccxt_rest_fetch_open_interest_3", Refused(rest!(order), NO_SUCH_MARKET)),
        ("ccxt_rest_fetch_open_interest_history_2", Decoded(rest!(open_interest_history))),
        ("ccxt_rest_fetch_open_order", Refused(rest!(order), NO_SUCH_MARKET)),
        ("ccxt_rest_fetch_order_book_2", Refused(decode_market, NO_SUCH_MARKET)),
        ("ccxt_rest_fetch_orders", Decoded(rest!(orders))),
        ("ccxt_rest_fetch_orders_3", Refused(rest!(order), NO_SUCH_MARKET)),
        ("ccxt_rest_fetch_orders_4", Decoded(rest!(orders))),
        ("ccxt_rest_fetch_orders_6", Refused(rest!(order), NO_SUCH_MARKET)),
        ("ccxt_rest_fetch_orders_7", Decoded(rest!(orders))),
        ("ccxt_rest_fetch_position", Refused(rest!(order), NO_SUCH_MARKET)),
        ("ccxt_rest_fetch_positions_risk", Decoded(rest!(positions))),
        ("ccxt_rest_fetch_positions_risk_3", Decoded(rest!(positions))),
        ("ccxt_rest_fetch_status", Decoded(rest!(system_status))),
        ("ccxt_rest_fetch_trades_2", Decoded(rest!(agg_trades))),
        ("ccxt_rest_fetch_trades_3", Decoded(rest!(trades))),
        ("ccxt_rest_fetch_trading_fees", Refused(rest!(order), NO_SUCH_MARKET)),
        ("ccxt_rest_fetch_trading_fees_2", Refused(rest!(account), NO_AMOUNTS)),
        ("ccxt_rest_handle_errors", Decoded(refusal)),
        ("ccxt_rest_parse_funding_rate", Decoded(rest!(funding_info))),
        ("ccxt_rest_parse_last_price_2", Decoded(rest!(prices))),
        ("ccxt_rest_parse_market_leverage_tiers", Decoded(rest!(brackets))),
        ("ccxt_rest_parse_ohlcv_2", Refused(rest!(order), NO_SUCH_MARKET)),
        ("ccxt_rest_parse_order", Decoded(rest!(orders))),
        ("ccxt_rest_parse_order_11", Refused(rest!(order), NO_SUCH_MARKET)),
        ("ccxt_rest_parse_order_12", Decoded(rest!(orders))),
        ("ccxt_rest_parse_order_14", Refused(rest!(order), NO_SUCH_MARKET)),
        ("ccxt_rest_parse_order_15", Refused(rest!(order), NO_SUCH_MARKET)),
        ("ccxt_rest_parse_order_17", Decoded(rest!(orders))),
        ("ccxt_rest_parse_order_18", Decoded(rest!(orders))),
        ("ccxt_rest_parse_order_2", Decoded(rest!(orders))),
        ("ccxt_rest_parse_order_20", Refused(rest!(order), NO_SUCH_MARKET)),
        ("ccxt_rest_parse_order_22", Decoded(rest!(algo_ack))),
        ("ccxt_rest_parse_order_23", Refused(rest!(order), NO_SUCH_MARKET)),
        ("ccxt_rest_parse_order_25", Refused(rest!(order), NO_SUCH_MARKET)),
        ("ccxt_rest_parse_order_26", Refused(rest!(order), NO_SUCH_MARKET)),
        ("ccxt_rest_parse_order_3", Decoded(rest!(orders))),
        ("ccxt_rest_parse_order_4", Decoded(rest!(orders))),
        ("ccxt_rest_parse_order_6", Refused(rest!(order), NO_SUCH_MARKET)),
        ("ccxt_rest_parse_order_7", Decoded(refusal)),
        ("ccxt_rest_parse_order_9", Decoded(rest!(orders))),
        ("ccxt_rest_parse_ticker", Decoded(rest!(premium))),
        ("ccxt_rest_parse_ticker_3", Decoded(rest!(tickers))),
        ("ccxt_rest_parse_ticker_4", Decoded(rest!(tickers))),
        ("ccxt_rest_parse_ticker_6", Decoded(rest!(touches))),
        ("ccxt_rest_parse_ticker_7", Decoded(rest!(touches))),
        ("ccxt_rest_parse_ticker_9", Refused(rest!(order), NO_SUCH_MARKET)),
        ("ccxt_rest_parse_trade", Decoded(rest!(agg_trades))),
        ("ccxt_rest_parse_trade_11", Decoded(rest!(user_trades))),
        ("ccxt_rest_parse_trade_12", Refused(rest!(user_trades), NO_SUCH_MARKET)),
        ("ccxt_rest_parse_trade_2", Decoded(rest!(agg_trades))),
        ("ccxt_rest_parse_trade_3", Decoded(rest!(trades))),
        ("ccxt_rest_parse_trade_5", Decoded(rest!(user_trades))),
        ("ccxt_rest_parse_trade_6", Decoded(rest!(user_trades))),
        ("ccxt_rest_parse_trade_8", Refused(rest!(order), NO_SUCH_MARKET)),
        ("ccxt_rest_parse_trade_9", Refused(rest!(order), NO_SUCH_MARKET)),
        ("ccxt_rest_parse_trading_fee_2", Decoded(rest!(commission))),
        ("ccxt_ws_handle_balance", Decoded(passed_over)),
        ("ccxt_ws_handle_balance_2", Decoded(passed_over)),
        ("ccxt_ws_handle_balance_4", Decoded(passed_over)),
        ("ccxt_ws_handle_bids_asks", Decoded(decode_market)),
        ("ccxt_ws_handle_edit_order_ws_2", Decoded(socket!(order))),
        ("ccxt_ws_handle_event_stream_terminated", Decoded(user)),
        ("ccxt_ws_handle_fetch_order_book", Decoded(socket_depth)),
        ("ccxt_ws_handle_ohlcv", Decoded(passed_over)),
        ("ccxt_ws_handle_order_update", Decoded(user)),
        ("ccxt_ws_handle_order_ws", Decoded(socket!(order))),
        ("ccxt_ws_handle_positions", Decoded(user)),
        ("ccxt_ws_handle_positions_ws", Decoded(socket!(positions))),
        ("ccxt_ws_handle_ticker_ws", Decoded(socket!(prices))),
        ("ccxt_ws_handle_ticker_ws_2", Decoded(socket!(touches))),
        ("ccxt_ws_handle_trades_ws_2", Decoded(socket!(trades))),
        ("ccxt_ws_handle_user_data_stream_subscribe", Decoded(reply)),
        ("ccxt_ws_parse_ws_order", Refused(decode_market, INNER)),
        ("ccxt_ws_parse_ws_order_2", Refused(decode_market, INNER)),
        ("ccxt_ws_parse_ws_position", Refused(decode_market, INNER)),
        ("ccxt_ws_parse_ws_ticker", Decoded(public)),
        ("ccxt_ws_parse_ws_ticker_3", Decoded(passed_over)),
        ("ccxt_ws_parse_ws_ticker_4", Decoded(rest!(prices))),
        ("ccxt_ws_parse_ws_trade", Decoded(decode_market)),
        ("ccxt_ws_parse_ws_trade_2", Decoded(decode_market)),
        ("ccxt_ws_parse_ws_trade_4", Refused(decode_market, INNER)),
        ("docs_rest_account_information_v3", Decoded(rest!(account))),
        ("docs_rest_account_trade_list", Decoded(rest!(user_trades))),
        ("docs_rest_all_orders", Decoded(rest!(orders))),
        ("docs_rest_auto_cancel_all_open_orders", Decoded(rest!(countdown))),
        ("docs_rest_cancel_all_algo_open_orders", Decoded(rest!(done))),
        ("docs_rest_cancel_multiple_orders", Decoded(rest!(items))),
        ("docs_rest_change_initial_leverage", Decoded(rest!(leverage))),
        ("docs_rest_change_margin_type", Decoded(rest!(done))),
        ("docs_rest_current_all_algo_open_orders", Decoded(rest!(algos))),
        ("docs_rest_current_all_open_orders", Decoded(rest!(orders))),
        ("docs_rest_futures_account_balance_v2", Decoded(rest!(balances))),
        ("docs_rest_futures_account_configuration", Decoded(rest!(position_mode))),
        ("docs_rest_get_funding_rate_info", Decoded(rest!(funding_info))),
        ("docs_rest_get_income_history", Decoded(rest!(income))),
        (
            "docs_rest_get_position_margin_change_history",
            Refused(rest!(income), "transfers of margin are made by no call of ours"),
        ),
        ("docs_rest_keepalive_user_data_stream", Decoded(rest!(listen_key))),
        ("docs_rest_modify_multiple_orders", Decoded(rest!(items))),
        ("docs_rest_modify_order", Decoded(rest!(orders))),
        ("docs_rest_new_order", Decoded(rest!(orders))),
        ("docs_rest_notional_and_leverage_brackets", Decoded(rest!(brackets))),
        ("docs_rest_open_interest_statistics", Decoded(rest!(open_interest_history))),
        ("docs_rest_place_multiple_orders", Decoded(rest!(items))),
        ("docs_rest_position_information_v2", Decoded(rest!(positions))),
        ("docs_rest_position_information_v3", Decoded(rest!(positions))),
        ("docs_rest_query_all_algo_orders", Decoded(rest!(algos))),
        ("docs_rest_query_current_open_order", Decoded(rest!(orders))),
        ("docs_rest_query_user_rate_limit", Decoded(rest!(order_limits))),
        ("docs_rest_recent_trades_list", Decoded(rest!(trades))),
        ("docs_rest_symbol_configuration", Decoded(rest!(symbol_configs))),
        ("docs_rest_test_order", Decoded(rest!(orders))),
        ("docs_rest_users_force_orders", Decoded(rest!(orders))),
        ("docs_ws_aggregate_trade_streams_subscription", Decoded(decode_market)),
        ("docs_ws_all_book_tickers_stream_subscription", Decoded(decode_market)),
        ("docs_ws_all_market_mini_tickers_stream_subscription", Decoded(passed_over)),
        ("docs_ws_all_market_tickers_streams_subscription", Decoded(passed_over)),
        ("docs_ws_contract_info_stream_subscription", Decoded(public)),
        ("docs_ws_diff_book_depth_streams_subscription", Decoded(decode_market)),
        ("docs_ws_individual_symbol_ticker_streams_subscription", Decoded(passed_over)),
        ("docs_ws_liquidation_order_streams_subscription", Decoded(public)),
        ("docs_ws_mark_price_stream_subscription", Decoded(public)),
        (
            "docs_ws_partial_book_depth_streams_subscription",
            Refused(decode_market, "the manual shows its levels without quantities"),
        ),
        ("docs_wsapi_account_information_v2", Decoded(socket!(account))),
        ("docs_wsapi_cancel_algo_order", Decoded(socket!(algo_ack))),
        ("docs_wsapi_close_user_data_stream", Decoded(reply)),
        ("docs_wsapi_futures_account_balance", Decoded(socket!(balances))),
        ("docs_wsapi_modify_order", Decoded(socket!(order))),
        ("docs_wsapi_new_algo_order", Decoded(socket!(algo))),
        ("docs_wsapi_order_book", Decoded(reply)),
        ("docs_wsapi_position_information", Decoded(socket!(positions))),
        ("docs_wsapi_query_order", Decoded(socket!(order))),
        ("docs_wsapi_start_user_data_stream", Decoded(socket!(listen_key))),
        ("docs_wsapi_symbol_price_ticker", Decoded(socket!(prices))),
        ("nt_http_account_orders", Decoded(rest!(orders))),
        ("nt_http_account_positions_hedge", Decoded(rest!(positions))),
        ("nt_http_account_positions_one_way", Decoded(rest!(positions))),
        ("nt_http_account_trades", Decoded(rest!(user_trades))),
        ("nt_http_json_account_info_v2", Decoded(rest!(account))),
        ("nt_http_json_open_algo_orders", Decoded(rest!(algos))),
        ("nt_http_json_order_response", Decoded(rest!(orders))),
        ("nt_http_market_agg_trades", Decoded(rest!(agg_trades))),
        ("nt_http_market_book_ticker", Decoded(rest!(touches))),
        ("nt_http_market_depth", Decoded(decode_market)),
        ("nt_http_market_exchange_info", Decoded(rest!(exchange_info))),
        ("nt_http_market_historical_trades", Decoded(rest!(trades))),
        ("nt_http_market_index_price_klines", Decoded(rest!(candles))),
        ("nt_http_market_mark_price_klines", Decoded(rest!(candles))),
        ("nt_http_market_open_interest", Decoded(rest!(open_interest))),
        ("nt_http_market_premium_index", Decoded(rest!(premium))),
        ("nt_http_market_ticker_24hr", Decoded(rest!(tickers))),
        ("nt_http_market_trades", Decoded(rest!(trades))),
        ("nt_http_wallet_commission_rate_btcusdt", Decoded(rest!(commission))),
        ("nt_market_data_json_agg_trade_stream", Decoded(decode_market)),
        ("nt_market_data_json_depth_update_stream", Decoded(decode_market)),
        ("nt_market_data_json_kline_stream_closed", Decoded(passed_over)),
        ("nt_market_data_json_liquidation_stream", Decoded(public)),
        ("nt_market_data_json_mark_price_stream", Decoded(public)),
        ("nt_market_data_json_trade_stream", Decoded(decode_market)),
        ("nt_user_data_json_account_update", Decoded(user)),
        ("nt_user_data_json_account_update_bnfcr", Decoded(user)),
        ("nt_user_data_json_algo_update_new", Decoded(user)),
        ("nt_user_data_json_order_update_adl", Decoded(user)),
        ("nt_user_data_json_order_update_calculated_pending", Decoded(user)),
        ("nt_user_data_json_order_update_delivery", Decoded(user)),
        ("nt_user_data_json_order_update_new", Decoded(user)),
        ("nt_user_data_json_order_update_settlement", Decoded(user)),
        ("nt_user_data_json_order_update_trade_partial", Decoded(user)),
        ("nt_user_data_json_trade_lite", Decoded(user)),
        ("nt_ws_algo_update_finished", Decoded(user)),
        ("nt_ws_algo_update_triggered", Decoded(user)),
        ("nt_ws_algo_update_triggering", Decoded(user)),
        ("nt_ws_depth_update", Decoded(decode_market)),
        ("nt_ws_order_update_adl", Decoded(user)),
        ("nt_ws_order_update_liquidation", Decoded(user)),
        ("nt_ws_order_update_liquidation_zero_qty", Decoded(user)),
        ("nt_ws_order_update_new_price_match", Decoded(user)),
        ("nt_ws_order_update_new_reduce_only_qty", Decoded(user)),
        ("nt_ws_order_update_settlement", Decoded(user)),
        ("nt_ws_order_update_trade_reduce_only_qty", Decoded(user)),
        ("nt_ws_trade_lite", Decoded(user)),
    ]
}

#[test]
fn every_sample_decodes_or_is_refused_for_a_reason() {
    let Some(samples) = samples() else { return };
    let table = table();
    let mut problems = Vec::new();
    for (name, body) in &samples {
        if support::is_read_elsewhere(name) {
            continue;
        }
        let Some((_, want)) = table.iter().find(|(known, _)| known == name) else {
            problems.push(format!("{name}: not in the table"));
            continue;
        };
        match want {
            Decoded(read) => {
                if let Err(error) = read(body) {
                    problems.push(format!("{name}: {error}"));
                }
            }
            Refused(read, why) => {
                if let Ok(told) = read(body) {
                    problems.push(format!("{name}: should be refused ({why}), but is {told}"));
                }
            }
        }
    }
    for (name, _) in &table {
        if !samples.iter().any(|(have, _)| have == name) {
            problems.push(format!("{name}: in the table, but there is no such sample"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn samples_cut_anywhere_or_with_any_byte_flipped_never_panic() {
    let Some(samples) = samples() else { return };
    for (name, body) in samples {
        if name.starts_with("replay_") {
            continue;
        }
        let table = table();
        let own = table.iter().find(|(known, _)| *known == name).map(|(_, want)| match want {
            Decoded(read) | Refused(read, _) => *read,
        });
        for cut in 0..body.len() {
            support::read_all(&body[..cut], own);
        }
        let mut body = body;
        for place in 0..body.len() {
            for flip in [1, 0x20, 0x80, 0xff] {
                body[place] ^= flip;
                support::read_all(&body, own);
                body[place] ^= flip;
            }
        }
    }
}
