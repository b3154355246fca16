//! The way through a tree of parts, without recursion.

use super::draft::Draft;
use super::tree::{self, Node};

/// How deep parts may stand in one another, the message itself counted.
pub(super) const DEPTH: usize = 8;

/// A place in the tree: the part, and all that it stands in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walk<'a> {
    levels: [Level<'a>; DEPTH],
    depth: u8,
}

#[derive(Clone, Copy, Debug)]
struct Level<'a> {
    node: Node<'a>,
    /// The child that comes next.
    next: u32,
}

/// Where a step down led.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Down {
    /// To the next part in the one that stood here.
    Child,
    /// Nowhere: there are no more.
    NoMore,
    /// Nowhere: it stands too deep.
    TooDeep,
}

impl<'a> Walk<'a> {
    /// At the message itself.
    pub(super) fn new(draft: &'a Draft<'a>) -> Self {
        Self { levels: [Level { node: tree::root(draft), next: 0 }; DEPTH], depth: 0 }
    }

    /// The part that stands here.
    pub(super) fn node(&self) -> Node<'a> {
        self.levels.get(usize::from(self.depth)).map_or(Node::Text, |level| level.node)
    }

    /// How many parts it stands in.
    pub(super) const fn depth(&self) -> u8 {
        self.depth
    }

    /// Goes to the next part in the one that stands here.
    pub(super) fn down(&mut self, draft: &'a Draft<'a>) -> Down {
        let Some(level) = self.levels.get_mut(usize::from(self.depth)) else { return Down::NoMore };
        let Some(node) = level.node.child(level.next as usize, draft) else { return Down::NoMore };
        level.next += 1;
        let Some(below) = self.levels.get_mut(usize::from(self.depth) + 1) else { return Down::TooDeep };
        *below = Level { node, next: 0 };
        self.depth += 1;
        Down::Child
    }

    /// Goes to the part that this one stands in; whether there is one.
    pub(super) fn up(&mut self) -> bool {
        let below = self.depth > 0;
        self.depth = self.depth.saturating_sub(1);
        below
    }
}
