//! Addresses in header fields (RFC 5322 §3.4), as far as an envelope needs them.
//!
//! ```abnf
//! address-list = (address *("," address)) / obs-addr-list
//! address      = mailbox / group
//! mailbox      = name-addr / addr-spec
//! name-addr    = [display-name] angle-addr
//! group        = display-name ":" [group-list] ";" [CFWS]
//! ```
//!
//! Names, comments and routes are left out; what remains is held to the grammar of RFC 5321.

use mailproto::smtp::Path;

/// Where bytes stop being a list of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AddressError {
    /// Offset of the first byte that does not fit.
    pub(super) offset: usize,
    pub(super) problem: &'static str,
}

/// Reads the mailboxes of a list, without their names.
pub(super) fn mailboxes(text: &str) -> Result<Vec<String>, AddressError> {
    let mut reader = Reader { text, position: 0 };
    let mut found = Vec::new();
    let mut in_group = false;
    loop {
        reader.skip_comments()?;
        match reader.peek() {
            None if in_group => return Err(reader.error("a group without its ;")),
            None => return Ok(found),
            // Empty elements are obsolete but harmless (RFC 5322 §4.4).
            Some(b',') => reader.position += 1,
            Some(b';') if in_group => {
                reader.position += 1;
                in_group = false;
            }
            Some(_) => match reader.address(in_group)? {
                Some(mailbox) => found.push(mailbox),
                None => in_group = true,
            },
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    position: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.position).copied()
    }

    fn error(&self, problem: &'static str) -> AddressError {
        AddressError { offset: self.position, problem }
    }

    /// A mailbox, or `None` at the start of a group.
    fn address(&mut self, in_group: bool) -> Result<Option<String>, AddressError> {
        let start = self.position;
        let (spec, words) = self.words()?;
        match self.peek() {
            Some(b'<') => self.angle().map(Some),
            Some(b':') if !in_group && !spec.contains('@') && !spec.is_empty() => {
                self.position += 1;
                Ok(None)
            }
            None | Some(b',' | b';') if words == 1 => self.checked(spec, start).map(Some),
            None | Some(b',' | b';') => Err(AddressError { offset: start, problem: "a name without an address" }),
            _ => Err(self.error("a character that has no place in an address")),
        }
    }

    /// `"<" [route ":"] addr-spec ">"`; the route is obsolete (RFC 5322 §4.4).
    fn angle(&mut self) -> Result<String, AddressError> {
        self.position += 1;
        self.skip_comments()?;
        if self.peek() == Some(b'@') {
            self.words()?;
            while self.peek() == Some(b',') {
                self.position += 1;
                self.words()?;
            }
            if self.peek() != Some(b':') {
                return Err(self.error("a route without its :"));
            }
            self.position += 1;
        }
        let start = self.position;
        let (spec, words) = self.words()?;
        if self.peek() != Some(b'>') || words != 1 {
            return Err(self.error("an address without its >"));
        }
        self.position += 1;
        let mailbox = self.checked(spec, start)?;
        self.skip_comments()?;
        match self.peek() {
            None | Some(b',' | b';') => Ok(mailbox),
            Some(_) => Err(self.error("something between two addresses that is no comma")),
        }
    }

    /// Words, dots and `@` up to anything else, put together without what may stand between them;
    /// also how many words stand beside each other.
    fn words(&mut self) -> Result<(String, usize), AddressError> {
        let mut spec = String::new();
        let (mut words, mut joined) = (0, false);
        loop {
            self.skip_comments()?;
            let start = self.position;
            match self.peek() {
                Some(b'.' | b'@') => {
                    self.position += 1;
                    words = words.max(1);
                    joined = true;
                }
                Some(quote @ (b'"' | b'[')) => {
                    self.quoted(if quote == b'"' { b'"' } else { b']' })?;
                    words += usize::from(!joined);
                    joined = false;
                }
                Some(byte) if is_atom(byte) => {
                    while self.peek().is_some_and(is_atom) {
                        self.position += 1;
                    }
                    words += usize::from(!joined);
                    joined = false;
                }
                _ => return Ok((spec, words)),
            }
            spec += self.text.get(start..self.position).unwrap_or_default();
        }
    }

    /// A quoted string or domain literal, backslashes heeded.
    fn quoted(&mut self, end: u8) -> Result<(), AddressError> {
        let start = self.error(if end == b'"' { "a quote without its end" } else { "a literal without its ]" });
        self.position += 1;
        loop {
            match self.peek().ok_or(start)? {
                b'\\' => self.position += 2,
                byte => {
                    self.position += 1;
                    if byte == end {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// White space and comments, which may stand in each other (RFC 5322 §3.2.2).
    fn skip_comments(&mut self) -> Result<(), AddressError> {
        let mut depth = 0_usize;
        let mut start = self.error("a comment without its )");
        loop {
            match self.peek() {
                Some(b'(') => {
                    if depth == 0 {
                        start = self.error(start.problem);
                    }
                    depth += 1;
                }
                Some(b')') if depth > 0 => depth -= 1,
                Some(b'\\') if depth > 0 => self.position += 1,
                None if depth > 0 => return Err(start),
                Some(byte) if depth > 0 || byte.is_ascii_whitespace() => {}
                _ => return Ok(()),
            }
            self.position += 1;
        }
    }

    fn checked(&self, spec: String, start: usize) -> Result<String, AddressError> {
        match Path::from_mailbox(&spec) {
            Ok(path) if !path.is_null() && !path.domain().is_empty() => Ok(spec),
            _ => Err(AddressError { offset: start, problem: "no address in the form local@domain" }),
        }
    }
}

/// `atext` (RFC 5322 §3.2.3), with UTF-8 (RFC 6532 §3.2).
fn is_atom(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80 || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_comments_groups_and_routes_are_left_out() {
        for (text, expected) in [
            ("", &[][..]),
            ("a@b.example", &["a@b.example"]),
            ("Ann B. Smith <a@b.example>, c@d.example", &["a@b.example", "c@d.example"]),
            ("\"Smith, Ann (her)\" <a@b.example>", &["a@b.example"]),
            ("Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>", &["pete@silly.test"]),
            (
                "A Group(Some people)\r\n :Chris Jones <c@public.example>, joe@example.org;",
                &["c@public.example", "joe@example.org"],
            ),
            ("undisclosed-recipients:;", &[]),
            ("(Empty list)(start)Hidden recipients  :(nobody(that I know))  ;", &[]),
            ("a@b.example,,  , c@d.example ,", &["a@b.example", "c@d.example"]),
            ("Mary <@machine.tld,@node.example:mary@example.net>", &["mary@example.net"]),
            ("john . doe @ example . org", &["john.doe@example.org"]),
            ("\"john doe\"@[192.0.2.1]", &["\"john doe\"@[192.0.2.1]"]),
            ("Jürgen <jürgen@bücher.example>", &["jürgen@bücher.example"]),
            ("=?utf-8?q?J=C3=BCrgen=2C?= <j@b.example>", &["j@b.example"]),
        ] {
            assert_eq!(mailboxes(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_told_with_its_place() {
        for (text, offset) in [
            ("Ann", 0),
            ("Ann Smith, a@b.example", 0),
            ("a@b.example c@d.example", 0),
            ("x, Ann <a@b.example", 0),
            ("Ann <a@b.example", 16),
            ("Ann <>", 5),
            ("a@b.example <c@d.example> e", 26),
            ("\"Ann <a@b.example>", 0),
            ("(a (b) a@b.example", 0),
            ("list: a@b.example", 17),
            ("a@@b.example", 0),
            ("a@b.example)", 11),
        ] {
            assert_eq!(mailboxes(text).map_err(|error| error.offset), Err(offset), "{text}");
        }
    }

    #[test]
    fn deep_comments_cost_no_stack() {
        let text = "(".repeat(1 << 20) + &")".repeat(1 << 20) + "a@b.example";
        assert_eq!(mailboxes(&text).unwrap(), ["a@b.example"]);
    }
}
