//! Replays the committed inputs: what was found once stays fixed.

use mailproto_fuzz::TARGETS;
use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

#[test]
fn every_committed_input_holds() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut broken = Vec::new();
    for (name, target) in TARGETS {
        let folder = corpus.join(name);
        let mut inputs = 0;
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            let input = fs::read(&path).unwrap();
            inputs += 1;
            if catch_unwind(|| target(&input)).is_err() {
                broken.push(path);
            }
        }
        assert!(inputs >= 20, "{name} has only {inputs} inputs");
    }
    assert!(broken.is_empty(), "broken by {broken:?}");
}

#[test]
fn every_target_has_a_program_that_searches() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz_targets");
    let mut programs: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    programs.sort();
    assert!(programs.iter().eq(TARGETS.map(|(name, _)| name).iter()));
}
