//! A linked program for a bare processor: what it occupies, and whether it can
//! panic.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use object::{Object, ObjectSection, ObjectSymbol, SectionFlags, SectionKind, elf};

/// Where RAM begins on every Cortex-M; flash lies below.
const RAM: u64 = 0x2000_0000;

/// What shows that a program can panic: each of these is linked only when some
/// path leads to it.
const PANICS: [&str; 3] = ["panic_fmt", "rust_begin_unwind", "core::panicking::"];

/// A linked program, read from its ELF file.
pub struct Image {
    sections: Vec<Section>,
    symbols: Vec<String>,
}

/// A part of a program that takes memory on the chip.
pub struct Section {
    /// Its name, such as `.text`.
    pub name: String,
    /// The bytes it takes in flash.
    pub flash: u64,
    /// The bytes it takes in RAM.
    pub ram: u64,
}

impl Image {
    /// Reads an ELF file.
    pub fn open(path: &Path) -> Result<Self> {
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(&bytes).with_context(|| format!("{} is no ELF program", path.display()))
    }

    fn parse(bytes: &[u8]) -> Result<Self> {
        let file = object::File::parse(bytes)?;
        let mut sections = Vec::new();
        for section in file.sections() {
            let SectionFlags::Elf { sh_flags, .. } = section.flags() else {
                bail!("a section without ELF flags");
            };
            if sh_flags.0 & elf::SHF_ALLOC.0 == 0 || section.size() == 0 {
                continue;
            }
            let in_ram = section.address() >= RAM;
            let filled_from_flash = section.kind() != SectionKind::UninitializedData;
            sections.push(Section {
                name: section.name()?.to_owned(),
                flash: if filled_from_flash { section.size() } else { 0 },
                ram: if in_ram { section.size() } else { 0 },
            });
        }
        let symbols = file
            .symbols()
            .filter_map(|symbol| symbol.name().ok())
            .map(|name| format!("{:#}", rustc_demangle::demangle(name)))
            .collect();
        Ok(Self { sections, symbols })
    }

    /// The sections that take memory, in the order of the file.
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// All flash: code, constants and the first values of variables.
    pub fn flash(&self) -> u64 {
        self.sections.iter().map(|section| section.flash).sum()
    }

    /// All RAM that is given out when linking; the stack comes on top.
    pub fn ram(&self) -> u64 {
        self.sections.iter().map(|section| section.ram).sum()
    }

    /// Fails if any path through the program ends in a panic.
    pub fn must_not_panic(&self) -> Result<()> {
        if !self.symbols.iter().any(|symbol| symbol == "main") {
            bail!("the program has no symbol `main`: it was stripped, so nothing can be proven");
        }
        let found: Vec<_> = self
            .symbols
            .iter()
            .filter(|symbol| PANICS.iter().any(|panic| symbol.contains(panic)))
            .map(String::as_str)
            .collect();
        if !found.is_empty() {
            bail!("the program can panic: it holds {}", found.join(", "));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use object::write::{Object as Output, StandardSection, Symbol, SymbolSection};
    use object::{Architecture, BinaryFormat, Endianness, SymbolFlags, SymbolKind, SymbolScope};

    use super::*;

    fn program(symbols: &[&str]) -> Image {
        let mut output = Output::new(BinaryFormat::Elf, Architecture::Arm, Endianness::Little);
        let text = output.section_id(StandardSection::Text);
        output.append_section_data(text, &[0; 12], 4);
        let data = output.section_id(StandardSection::Data);
        output.append_section_data(data, &[1; 4], 4);
        let zeroed = output.section_id(StandardSection::UninitializedData);
        output.append_section_bss(zeroed, 40, 4);
        for name in symbols {
            output.add_symbol(Symbol {
                name: name.as_bytes().to_vec(),
                value: 0,
                size: 4,
                kind: SymbolKind::Text,
                scope: SymbolScope::Linkage,
                weak: false,
                section: SymbolSection::Section(text),
                flags: SymbolFlags::None,
            });
        }
        Image::parse(&output.write().expect("a valid object")).expect("a readable object")
    }

    #[test]
    fn code_and_first_values_take_flash_and_zeroed_variables_do_not() {
        let image = program(&["main"]);
        assert_eq!(image.flash(), 12 + 4);
    }

    #[test]
    fn a_program_without_panic_symbols_passes() {
        program(&["main"]).must_not_panic().expect("no panic");
    }

    #[test]
    fn a_program_with_a_path_to_a_panic_is_refused_and_the_path_named() {
        let error = program(&["main", "_ZN4core9panicking9panic_fmt17h0123456789abcdefE"])
            .must_not_panic()
            .expect_err("a panic");
        assert_eq!(error.to_string(), "the program can panic: it holds core::panicking::panic_fmt");
    }

    #[test]
    fn a_stripped_program_proves_nothing() {
        assert!(program(&[]).must_not_panic().is_err());
    }
}
