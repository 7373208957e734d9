//! Golden files, cases and small networks that several tests use, and what tests and examples share.

pub mod attention_cases;
pub mod attention_golden;
pub mod bounded;
pub mod evidence;
pub mod file;
pub mod golden;
pub mod icons;
pub mod lambda_cases;
pub mod mini;
pub mod parity_cases;
pub mod scaled;
pub mod seeded;
pub mod tiny;
