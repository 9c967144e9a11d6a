//! Asks that take several calls: answered when the last of them is.

use std::collections::BTreeMap;

use aurora_model::Nanos;
use aurora_wire::{AskNo, Note, Output};

#[derive(Clone, Debug)]
struct Group {
    left: usize,
    problem: Option<String>,
    /// What to say about the dead-man switch when all went well.
    dead_man: Option<Option<Nanos>>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Groups(BTreeMap<AskNo, Group>);

impl Groups {
    /// An ask of so many calls; of none, it is answered at once.
    pub(super) fn begin(
        &mut self,
        ask: AskNo,
        calls: usize,
        dead_man: Option<Option<Nanos>>,
        out: &mut Output,
    ) {
        if calls == 0 {
            out.notes.push(Note::Answered(ask, Ok(())));
            return;
        }
        self.0.insert(ask, Group { left: calls, problem: None, dead_man });
    }

    /// One of its calls is answered.
    pub(super) fn done(&mut self, ask: AskNo, result: Result<(), String>, out: &mut Output) {
        let Some(group) = self.0.get_mut(&ask) else { return };
        group.left -= 1;
        if let Err(problem) = result {
            group.problem.get_or_insert(problem);
        }
        if 0 < group.left {
            return;
        }
        let Some(Group { problem, dead_man, .. }) = self.0.remove(&ask) else { return };
        let result = problem.map_or(Ok(()), Err);
        if let (Some(until), Ok(())) = (dead_man, &result) {
            out.notes.push(Note::DeadMan(until));
        }
        out.notes.push(Note::Answered(ask, result));
    }
}
