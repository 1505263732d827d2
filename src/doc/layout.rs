//! Laying a graph out in layers, readers at the left: each box right of all that read it, crossings made few.

/// Where each point of a graph is drawn.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// By layer, from the left: what stands in it, from the top.
    pub layers: Vec<Vec<Slot>>,
    /// The way of each arrow: a row in each layer it passes, from its first layer on.
    pub ways: Vec<Vec<(usize, usize)>>,
}

/// What stands in a row of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// A box.
    Node(usize),
    /// A bend of an arrow that passes.
    Bend(usize),
}

/// How often the rows of all layers are sorted.
const SWEEPS: usize = 6;

/// Lays out so many boxes and the arrows between them. Arrows that close a circle are left without a way.
pub fn lay_out(boxes: usize, arrows: &[(usize, usize)]) -> Layout {
    let layer = layers_of(boxes, arrows);
    let depth = layer.iter().max().map_or(0, |last| last + 1);
    let mut layout = Layout { layers: vec![Vec::new(); depth], ways: vec![Vec::new(); arrows.len()] };
    for (node, &at) in layer.iter().enumerate() {
        layout.layers[at].push(Slot::Node(node));
    }
    // Slots that are joined, one layer after the other.
    let mut joined: Vec<Vec<(Slot, Slot)>> = vec![Vec::new(); depth];
    for (index, &(from, to)) in arrows.iter().enumerate().filter(|(_, (from, to))| layer[*from] < layer[*to]) {
        let mut last = Slot::Node(from);
        let passed = joined.iter_mut().enumerate().take(layer[to] + 1).skip(layer[from] + 1);
        for (at, joined) in passed {
            let next = if at == layer[to] { Slot::Node(to) } else { Slot::Bend(index) };
            if at < layer[to] {
                layout.layers[at].push(next);
            }
            joined.push((last, next));
            last = next;
        }
    }
    for sweep in 0..SWEEPS {
        if sweep % 2 == 0 {
            for (at, joined) in joined.iter().enumerate().skip(1) {
                let pairs: Vec<(Slot, Slot)> = joined.iter().map(|&(left, right)| (right, left)).collect();
                sort(&mut layout.layers, at, at - 1, &pairs);
            }
        } else {
            for at in (1..depth).rev() {
                sort(&mut layout.layers, at - 1, at, &joined[at]);
            }
        }
    }
    for (index, &(from, to)) in arrows.iter().enumerate().filter(|(_, (from, to))| layer[*from] < layer[*to]) {
        let row = |at: usize, slot: Slot| layout.layers[at].iter().position(|it| *it == slot).unwrap_or(0);
        let way = (layer[from]..=layer[to]).map(|at| {
            let slot = if at == layer[from] {
                Slot::Node(from)
            } else if at == layer[to] {
                Slot::Node(to)
            } else {
                Slot::Bend(index)
            };
            (at, row(at, slot))
        });
        layout.ways[index] = way.collect();
    }
    layout
}

/// The longest way from any start; circles are cut where they close.
fn layers_of(boxes: usize, arrows: &[(usize, usize)]) -> Vec<usize> {
    let mut layer = vec![0; boxes];
    let mut read: Vec<usize> = vec![0; boxes];
    arrows.iter().for_each(|&(_, to)| read[to] += 1);
    let mut ready: Vec<usize> = (0..boxes).filter(|&node| read[node] == 0).collect();
    while let Some(node) = ready.pop() {
        for &(_, to) in arrows.iter().filter(|(from, _)| *from == node) {
            layer[to] = layer[to].max(layer[node] + 1);
            read[to] -= 1;
            if read[to] == 0 {
                ready.push(to);
            }
        }
    }
    layer
}

/// Sorts a layer by the middle of what its slots are joined with in another.
fn sort(layers: &mut [Vec<Slot>], at: usize, by: usize, pairs: &[(Slot, Slot)]) {
    let other = layers[by].clone();
    let row = |slot: &Slot| other.iter().position(|it| it == slot).unwrap_or(0);
    let mut keyed: Vec<(usize, usize, Slot)> = Vec::new();
    for (index, slot) in layers[at].iter().enumerate() {
        let rows: Vec<usize> = pairs.iter().filter(|(own, _)| own == slot).map(|(_, joined)| row(joined)).collect();
        // In thousandths; without any, it stays about where it is.
        let middle = match rows.len() {
            0 => index * 1000 * other.len().max(1) / layers[at].len().max(1),
            count => rows.iter().sum::<usize>() * 1000 / count,
        };
        keyed.push((middle, index, *slot));
    }
    keyed.sort_by_key(|&(middle, index, _)| (middle, index));
    layers[at] = keyed.into_iter().map(|(_, _, slot)| slot).collect();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_stand_left_and_circles_end() {
        let arrows = [(0, 1), (1, 2), (0, 2), (3, 2)];
        let layout = lay_out(4, &arrows);
        assert_eq!(layout.layers.len(), 3);
        assert!(layout.layers[0].contains(&Slot::Node(0)) && layout.layers[2].contains(&Slot::Node(2)));
        assert_eq!(layout.ways[2].len(), 3);
        let circle = lay_out(2, &[(0, 1), (1, 0)]);
        assert_eq!(circle.layers.len(), 1);
    }
}
