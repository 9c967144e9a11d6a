//! A YAML document as a tree that knows its lines.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;
use serde_saphyr::options::NonFiniteFloatPolicy;

/// One value of a document.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    Null,
    Flag(bool),
    Whole(i64),
    Number(f64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// One line of a mapping.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) name: String,
    /// Counted from one.
    pub(crate) line: u64,
    pub(crate) node: Node,
}

impl Node {
    /// What it is, for a message.
    pub(crate) fn describe(&self) -> String {
        match self {
            Node::Null => "nothing".to_owned(),
            Node::Flag(flag) => format!("{flag}"),
            Node::Whole(number) => format!("{number}"),
            Node::Number(number) => format!("{number}"),
            Node::Text(text) => format!("the text {text:?}"),
            Node::List(_) => "a list".to_owned(),
            Node::Map(_) => "a section".to_owned(),
        }
    }
}

/// Parses one document. An empty one is an empty mapping.
///
/// # Errors
/// The line, when known, and what the parser says.
pub(crate) fn parse(text: &str) -> Result<Node, (u64, String)> {
    let options =
        serde_saphyr::options! { non_finite_float_policy: NonFiniteFloatPolicy::PassThrough };
    serde_saphyr::from_str_with_options::<Node>(text, options).map_err(|error| {
        let line = error.location().map_or(0, |at| at.line());
        (line, error.without_snippet().to_string())
    })
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        Node::deserialize(deserializer)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Node, E> {
        Ok(Node::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Node, E> {
        Ok(Node::Whole(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Node, E> {
        Ok(i64::try_from(number).map_or(Node::Number(number as f64), Node::Whole))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Node, E> {
        Ok(Node::Number(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = list.next_element()? {
            nodes.push(node);
        }
        Ok(Node::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some(name) = map.next_key::<Spanned<String>>()? {
            let node = map.next_value()?;
            entries.push(Entry { name: name.value, line: name.referenced.line(), node });
        }
        Ok(Node::Map(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_knows_its_line() {
        let Ok(Node::Map(top)) = parse("# a note\na: 1\nb:\n  c: .nan\n  d: [1, x]\n") else {
            panic!("a mapping");
        };
        assert_eq!((top[0].line, top[1].line), (2, 3));
        let Node::Map(inner) = &top[1].node else { panic!("a section") };
        assert_eq!(inner.iter().map(|entry| entry.line).collect::<Vec<_>>(), [4, 5]);
        assert!(matches!(inner[0].node, Node::Number(number) if number.is_nan()));
    }

    #[test]
    fn json_is_read_as_it_is() {
        assert_eq!(
            parse("{\"a\": {\"b\": -5.0}}\n").map(|node| node.describe()),
            Ok("a section".to_owned())
        );
    }

    #[test]
    fn a_broken_document_names_its_line() {
        let (line, _) = parse("a: 1\nb: [1\n").expect_err("broken");
        assert!(1 < line);
    }
}
