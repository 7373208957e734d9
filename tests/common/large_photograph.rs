//! A JPEG of 12,000 × 9,000 pixels, as telephones of 108 megapixels take them, from a row of it.

/// Width and height, in pixels.
pub const SIZE: [usize; 2] = [12_000, 9_000];

/// Rows of a minimum coded unit of 4:2:0.
const UNIT: usize = 16;

/// Repeats the row of `strip.jpg`, a file of that width and of a unit's height. Restart markers make each copy start anew.
pub fn repeated(strip: &[u8]) -> Vec<u8> {
    let marker = |code: u8| strip.windows(2).position(|pair| pair == [0xFF, code]).expect("the strip has every marker");
    let (frame, scan) = (marker(0xC0), marker(0xDA));
    let data = scan + 2 + usize::from(u16::from_be_bytes([strip[scan + 2], strip[scan + 3]]));
    let mut head = strip[..data].to_vec();
    head[frame + 5..frame + 7].copy_from_slice(&(SIZE[1] as u16).to_be_bytes());
    let (row, end) = strip[data..].split_at(strip.len() - data - 2);
    let rows = (0..SIZE[1].div_ceil(UNIT)).flat_map(|i| {
        let restart = (i > 0).then(|| [0xFF, 0xD0 + ((i - 1) % 8) as u8]);
        restart.into_iter().flatten().chain(row.iter().copied())
    });
    head.into_iter().chain(rows).chain(end.iter().copied()).collect()
}
