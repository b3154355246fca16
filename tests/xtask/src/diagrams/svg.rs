//! A plan as SVG: text that can be selected, lines that take the colour of the text around them, and
//! nothing that needs a font, a script or a name of its own on the page.

use std::fmt::Write;

use super::plan::{Anchor, Arrow, Card, Kind, Plan, Point, Table};

/// Where a drawing will stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Surroundings {
    /// In a file: it has to know of light and dark itself.
    File,
    /// In a page, whose colour of text it takes.
    Page,
}

/// How round a corner is.
const ROUND: i32 = 10;
/// The length of an arrow's head, and half its width.
const HEAD: (i32, i32) = (9, 4);
/// From one line of small text to the next.
const LINE: i32 = 15;
/// Between two words on a card, and on an arrow.
const GAP: &str = "\u{2002}";
const DOT: &str = " · ";

const NAMES: &str = "font-family='system-ui, sans-serif'";
const WORDS: &str = "font-family='ui-monospace, SFMono-Regular, Menlo, Consolas, monospace' font-size='12'";

/// Draws a plan that fits its table.
pub(super) fn draw(plan: &Plan, table: &Table, surroundings: Surroundings) -> String {
    let (width, height) = plan.size;
    let mut svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' width='{width}' height='{height}' \
         role='img' aria-label='{}' fill='currentColor' style='max-width: 100%; height: auto'>\n",
        escaped(plan.title)
    );
    if surroundings == Surroundings::File {
        svg.push_str(
            "<style>svg { color: #1f2328 } @media (prefers-color-scheme: dark) { svg { color: #e6edf3 } }</style>\n",
        );
    }
    for arrow in plan.arrows {
        draw_arrow(&mut svg, arrow, &table.labels(arrow.from, arrow.to));
    }
    for card in plan.cards {
        draw_card(&mut svg, card, &table.labels(card.state, card.state));
    }
    let (at, lines) = plan.legend;
    put(&mut svg, format_args!("<g {NAMES} font-size='12.5' opacity='0.7'>"));
    put_lines(&mut svg, at, Anchor::Start, lines.iter().copied());
    svg.push_str("</g>\n</svg>\n");
    svg
}

/// A state: its name, and what leaves it as it is.
fn draw_card(svg: &mut String, card: &Card, stays: &[&str]) {
    let (left, top, _, _) = card.edges();
    let ((x, _), (width, height)) = (card.centre, card.size);
    svg.push_str("<g>");
    if !stays.is_empty() {
        put_title(svg, card.state, stays, card.state);
    }
    put(
        svg,
        format_args!(
            "<rect x='{left}' y='{top}' width='{width}' height='{height}' rx='9' fill-opacity='0.06' \
             stroke='currentColor' stroke-opacity='0.4'/>"
        ),
    );
    // About 7 units for each letter of small text.
    let lines = wrapped(stays, ((width - 12) / 7) as usize);
    let lines_height = lines.len() as i32 * LINE;
    let name = top + (height - lines_height) / 2 + if lines.is_empty() { 5 } else { 2 };
    put(
        svg,
        format_args!(
            "<text x='{x}' y='{name}' {NAMES} font-size='15' font-weight='600' text-anchor='middle'>{}</text>",
            card.state
        ),
    );
    if !lines.is_empty() {
        put(svg, format_args!("<g {WORDS} opacity='0.7'>"));
        put_lines(svg, (x, name + 17), Anchor::Middle, lines.iter().map(String::as_str));
        svg.push_str("</g>");
    }
    svg.push_str("</g>\n");
}

/// The way from one state to another, and what leads along it.
fn draw_arrow(svg: &mut String, arrow: &Arrow, labels: &[&str]) {
    let (colour, dashes) = match arrow.kind {
        Kind::Forward => ("#3b82f6", ""),
        Kind::Back => ("#9a67ea", ""),
        Kind::Out => ("#808890", " stroke-dasharray='4 4'"),
    };
    svg.push_str("<g>");
    put_title(svg, arrow.from, labels, arrow.to);
    let way = rounded(arrow.way);
    put(svg, format_args!("<path d='{way}' fill='none' stroke='{colour}' stroke-width='1.6'{dashes}/>"));
    if let Some(head) = head(arrow.way) {
        put(svg, format_args!("<path d='{head}' fill='{colour}'/>"));
    }
    let (at, anchor, in_a_line) = arrow.words;
    let lines: Vec<_> = labels.chunks(in_a_line.max(1)).map(|labels| labels.join(DOT)).collect();
    put(svg, format_args!("<g {WORDS}>"));
    put_lines(svg, at, anchor, lines.iter().map(String::as_str));
    svg.push_str("</g></g>\n");
}

/// What a pointer over it, or a reader aloud, tells.
fn put_title(svg: &mut String, from: &str, labels: &[&str], to: &str) {
    put(svg, format_args!("<title>{from} – {} → {to}</title>", escaped(&labels.join(", "))));
}

fn put_lines<'a>(svg: &mut String, (x, y): Point, anchor: Anchor, lines: impl Iterator<Item = &'a str>) {
    let anchor = match anchor {
        Anchor::Start => "start",
        Anchor::Middle => "middle",
        Anchor::End => "end",
    };
    for (line, y) in lines.zip((y..).step_by(LINE as usize)) {
        put(svg, format_args!("<text x='{x}' y='{y}' text-anchor='{anchor}'>{}</text>", escaped(line)));
    }
}

fn put(svg: &mut String, piece: std::fmt::Arguments<'_>) {
    // A string takes whatever is written to it.
    let _ = svg.write_fmt(piece);
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('\'', "&apos;")
}

/// The labels in as few lines of at most `width` letters as hold them, and those as even as can be.
fn wrapped(labels: &[&str], width: usize) -> Vec<String> {
    let fewest = filled(labels, width).len();
    (1..=width).map(|width| filled(labels, width)).find(|lines| lines.len() <= fewest).unwrap_or_default()
}

/// The labels in lines of at most `width` letters, each line filled before the next.
fn filled(labels: &[&str], width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for label in labels {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + label.chars().count() <= width => {
                line.push_str(GAP);
                line.push_str(label);
            }
            _ => lines.push((*label).to_owned()),
        }
    }
    lines
}

/// A path along the corners, each of them rounded, from where the head begins back to the start:
/// so the dashes of arrows that join on the way lie on each other.
fn rounded(corners: &[Point]) -> String {
    let mut path = String::new();
    let [.., before, tip] = corners else { return path };
    let (x, y) = towards(*tip, *before, HEAD.0 - 1);
    put(&mut path, format_args!("M{x} {y}"));
    for corner in corners.windows(3).rev() {
        let [behind, at, before] = [corner[0], corner[1], corner[2]];
        let radius = ROUND.min(distance(before, at) / 2).min(distance(at, behind) / 2);
        let ((x1, y1), (x2, y2)) = (towards(at, before, radius), towards(at, behind, radius));
        put(&mut path, format_args!(" L{x1} {y1} Q{} {} {x2} {y2}", at.0, at.1));
    }
    if let Some((x, y)) = corners.first() {
        put(&mut path, format_args!(" L{x} {y}"));
    }
    path
}

/// The triangle at the end.
fn head(corners: &[Point]) -> Option<String> {
    let [.., before, tip] = corners else { return None };
    let (x, y) = towards(*tip, *before, HEAD.0);
    let (across, down) = if before.0 == tip.0 { (HEAD.1, 0) } else { (0, HEAD.1) };
    Some(format!("M{} {} L{} {} L{} {} Z", tip.0, tip.1, x - across, y - down, x + across, y + down))
}

fn distance(a: Point, b: Point) -> i32 {
    (a.0 - b.0).abs() + (a.1 - b.1).abs()
}

/// The point so far from `start` in the direction of `end`, along an axis.
fn towards(start: Point, end: Point, length: i32) -> Point {
    (start.0 + length * (end.0 - start.0).signum(), start.1 + length * (end.1 - start.1).signum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_are_rounded_and_the_head_points_along_the_last_stretch() {
        let way = [(0, 0), (50, 0), (50, 40)];
        assert_eq!(rounded(&way), "M50 32 L50 10 Q50 0 40 0 L0 0");
        assert_eq!(head(&way).as_deref(), Some("M50 40 L46 31 L54 31 Z"));
    }

    #[test]
    fn labels_stand_in_few_and_even_lines() {
        assert_eq!(wrapped(&["NOOP", "RSET", "BDAT LAST"], 9), ["NOOP\u{2002}RSET", "BDAT LAST"]);
        assert_eq!(wrapped(&["NOOP", "HELP"], 9), ["NOOP\u{2002}HELP"]);
        assert_eq!(wrapped(&["A", "B", "C", "D"], 6), ["A\u{2002}B", "C\u{2002}D"]);
    }

    #[test]
    fn nothing_in_a_text_is_taken_for_markup() {
        assert_eq!(escaped("<a> & 'b'"), "&lt;a> &amp; &apos;b&apos;");
    }
}
