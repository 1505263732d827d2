//! dev
use enact::load::*;
fn walk(dir: &std::path::Path, root: &std::path::Path, f: &mut Folder) {
    for e in std::fs::read_dir(dir).unwrap() {
        let p = e.unwrap().path();
        if p.is_dir() {
            walk(&p, root, f)
        } else {
            let n = p.strip_prefix(root).unwrap().to_str().unwrap().to_string();
            if n.ends_with(".enact") || n.ends_with(".csv") {
                f.files.insert(n, std::fs::read(&p).unwrap());
            }
        }
    }
}
fn main() {
    let root = std::env::args().nth(1).unwrap();
    let root = std::path::Path::new(&root);
    let mut f = Folder { name: "policies".into(), ..Default::default() };
    walk(root, root, &mut f);
    let t = std::time::Instant::now();
    let loaded = load(&f);
    println!("load {:?}", t.elapsed());
    let t = std::time::Instant::now();
    let low = enact::lower::lower(&loaded);
    let ch = enact::check::check(&loaded);
    println!(
        "lower {:?} {} nodes {} rules {} tests",
        t.elapsed(),
        low.program.nodes.len(),
        low.program.rules.len(),
        low.program.tests.len()
    );
    for d in &ch.findings {
        println!(
            "{} {}: {} | {}",
            d.span().map_or(String::new(), |s| loaded.sources.place(s)),
            d.code,
            d.message,
            d.help.clone().unwrap_or_default()
        );
        for l in &d.labels[1.min(d.labels.len())..] {
            println!("      {} {}", loaded.sources.place(l.span), l.text);
        }
    }
}
