//! What `bench search` measured, as curves for the docs: how time and memory grow with the number of memories.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result, anyhow};
use plotters::prelude::*;
use serde::Deserialize;

use crate::layout::Layout;

const SIZE: (u32, u32) = (720, 420);
const COLOURS: [RGBColor; 4] =
    [RGBColor(0, 90, 180), RGBColor(210, 90, 0), RGBColor(0, 130, 80), RGBColor(150, 50, 140)];

/// One quantity, such as the median of a query.
#[derive(Deserialize)]
struct Growth {
    name: String,
    title: String,
    unit: String,
    /// By engine, values by number of memories.
    engines: BTreeMap<String, Vec<(f64, f64)>>,
}

/// Draws `docs/search-NAME.svg` for each quantity in target/bench/search-growth.json.
pub fn growth(layout: &Layout) -> Result<()> {
    let file = layout.target().join("bench/search-growth.json");
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let quantities: Vec<Growth> = serde_json::from_str(&text).context("search-growth.json is of another form")?;
    for quantity in quantities {
        let path = layout.path(&format!("docs/search-{}.svg", quantity.name));
        let drawing = SVGBackend::new(&path, SIZE).into_drawing_area();
        draw(&quantity, &drawing).map_err(|error| anyhow!("cannot draw {}: {error}", path.display()))?;
    }
    Ok(())
}

fn draw(
    quantity: &Growth,
    drawing: &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>,
) -> Result<(), Box<dyn std::error::Error>> {
    let points = || quantity.engines.values().flatten();
    let range = |of: fn(&(f64, f64)) -> f64| {
        let values = points().map(of);
        values.fold((f64::MAX, f64::MIN_POSITIVE), |(low, high), value| (low.min(value), high.max(value)))
    };
    let ((left, right), (low, high)) = (range(|point| point.0), range(|point| point.1));
    drawing.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(drawing)
        .caption(&quantity.title, ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(42)
        .y_label_area_size(64)
        .build_cartesian_2d((left..right * 1.1).log_scale(), (low / 2.0..high * 2.0).log_scale())?;
    let label = |value: &f64| value.to_string();
    chart
        .configure_mesh()
        .x_desc("memories")
        .y_desc(&quantity.unit)
        .x_label_formatter(&label)
        .y_label_formatter(&label)
        .draw()?;
    for ((engine, points), colour) in quantity.engines.iter().zip(COLOURS) {
        let label = match exponent(points) {
            Some(exponent) => format!("{engine}: n^{exponent:.2}"),
            None => engine.clone(),
        };
        chart
            .draw_series(LineSeries::new(points.iter().copied(), colour.stroke_width(2)).point_size(3))?
            .label(label)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2)));
    }
    chart.configure_series_labels().position(SeriesLabelPosition::UpperLeft).border_style(BLACK).draw()?;
    drawing.present()?;
    Ok(())
}

/// The power of the number of memories that fits best: the slope between logarithms, by least squares.
fn exponent(points: &[(f64, f64)]) -> Option<f64> {
    let logarithms: Vec<(f64, f64)> = points.iter().map(|(x, y)| (x.ln(), y.ln())).collect();
    let count = logarithms.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| logarithms.iter().map(of).sum::<f64>() / count;
    let (mean_x, mean_y) = (mean(|point| point.0), mean(|point| point.1));
    let spread: f64 = logarithms.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
    let together: f64 = logarithms.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    (logarithms.len() > 1 && spread > 0.0).then(|| together / spread)
}

#[cfg(test)]
mod tests {
    use super::exponent;

    #[test]
    fn a_power_is_found_again() {
        let points = [10.0_f64, 100.0, 1000.0].map(|n| (n, 3.0 * n.powf(1.5)));
        assert!((exponent(&points).unwrap_or_default() - 1.5).abs() < 1e-9);
        assert_eq!(exponent(&points[..1]), None);
    }
}
