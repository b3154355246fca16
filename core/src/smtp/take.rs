//! What the grammars are made of: nom's combinators over these, which take no slice that the
//! compiler cannot prove, so that no path through them ends in a panic.

use nom::error::{Error, ErrorKind};
use nom::{Err, IResult, Parser};

/// This is not what the grammar wants here.
pub(super) fn fail<T>(input: &[u8]) -> IResult<&[u8], T> {
    Err(Err::Error(Error::new(input, ErrorKind::Verify)))
}

/// The first `length` bytes, at least one.
pub(super) fn front(input: &[u8], length: usize) -> IResult<&[u8], &[u8]> {
    match input.split_at_checked(length) {
        Some((found, rest)) if length > 0 => Ok((rest, found)),
        _ => fail(input),
    }
}

/// One or more bytes that belong.
pub(super) fn word(belongs: impl Fn(u8) -> bool) -> impl Fn(&[u8]) -> IResult<&[u8], &[u8]> {
    move |input| front(input, input.iter().take_while(|byte| belongs(**byte)).count())
}

/// This byte.
pub(super) fn byte(wanted: u8) -> impl Fn(&[u8]) -> IResult<&[u8], u8> {
    move |input| match input {
        [first, rest @ ..] if *first == wanted => Ok((rest, wanted)),
        _ => fail(input),
    }
}

/// All that `parser` takes.
pub(super) fn whole<'a, P>(mut parser: P) -> impl FnMut(&'a [u8]) -> IResult<&'a [u8], &'a [u8]>
where
    P: Parser<&'a [u8], Error = Error<&'a [u8]>>,
{
    move |input| {
        let (rest, _) = parser.parse(input)?;
        front(input, input.len() - rest.len())
    }
}
