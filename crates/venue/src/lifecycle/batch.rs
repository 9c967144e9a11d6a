//! Batches as large as the venue takes them, else one by one.

use aurora_wire::{Ask, AskNo};

/// Splits a batch; `most` is the venue's largest, zero where it takes none.
pub(super) fn split<T>(
    no: AskNo,
    items: Vec<T>,
    most: u16,
    single: impl Fn(T) -> Ask,
    many: impl Fn(Vec<T>) -> Ask,
    out: &mut Vec<(AskNo, Ask)>,
) -> bool {
    let most = usize::from(most).max(1);
    let is_split = most < items.len();
    let mut items = items.into_iter();
    loop {
        let mut chunk: Vec<T> = items.by_ref().take(most).collect();
        match chunk.len() {
            0 => return is_split,
            1 => out.extend(chunk.pop().map(|item| (no, single(item)))),
            _ => out.push((no, many(chunk))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(count: usize, most: u16) -> (Vec<usize>, bool) {
        let items: Vec<_> = (0..count).collect();
        let mut out = Vec::new();
        let single = |_| Ask::Balances;
        let many = |items: Vec<usize>| Ask::CancelMany(Vec::with_capacity(items.len()));
        let is_split = split(AskNo(1), items, most, single, many, &mut out);
        let size = |ask: &Ask| match ask {
            Ask::CancelMany(items) => items.capacity(),
            _ => 1,
        };
        (out.iter().map(|(_, ask)| size(ask)).collect(), is_split)
    }

    #[test]
    fn a_batch_is_cut_to_what_the_venue_takes() {
        assert_eq!(sizes(5, 5), (vec![5], false));
        assert_eq!(sizes(12, 5), (vec![5, 5, 2], true));
        assert_eq!(sizes(6, 5), (vec![5, 1], true));
        assert_eq!(sizes(3, 0), (vec![1, 1, 1], true));
        assert_eq!(sizes(0, 5), (vec![], false));
    }
}
