//! The pages of `docs/errors`, one for each code.

macro_rules! pages {
    ($($number:literal)*) => {
        /// Number and page.
        pub const PAGES: &[(&str, &str)] =
            &[$(($number, include_str!(concat!("../../../docs/errors/", $number, ".md"))),)*];
    };
}

pages! {
    "E001" "E002" "E003" "E004" "E005" "E006" "E007" "E008" "E009" "E010" "E011" "E012" "E013"
    "E014" "E015" "E016" "E017" "E018" "E019" "E020" "E021" "E022" "E023" "E024" "E025"
    "E026" "E040" "E041" "E042" "E043" "E044" "E045" "E046" "E047" "E048" "E049" "E050"
    "E051" "E052" "E053" "E054" "E080" "E081" "E082" "E083" "E084" "E090" "E201" "E202"
    "E203" "E204" "E205" "E206" "E207" "E208" "E209" "E210" "E211" "E212" "E213" "E214"
    "E215" "E216" "E217" "E301" "E302" "E105" "W109" "W110" "E113" "E115" "I116" "I118"
}
