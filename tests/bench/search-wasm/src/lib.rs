//! The index by itself for JavaScript: `bench search` measures it beside search libraries. The vault's own module offers no
//! such way in.

use std::sync::Arc;

use keepsake_search::{Facts, Index, Place, Query, Slot, Table};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// An index, with the embedding table or without.
#[wasm_bindgen]
#[derive(Debug)]
pub struct BenchIndex {
    index: Index,
}

#[wasm_bindgen]
impl BenchIndex {
    /// Without bytes of a table, search goes by words alone.
    #[wasm_bindgen(constructor)]
    pub fn new(table: Vec<u8>) -> Result<BenchIndex, JsValue> {
        if table.is_empty() {
            return Ok(Self { index: Index::default() });
        }
        let table = Table::read(table).map_err(|error| JsValue::from_str(&error.to_string()))?;
        Ok(Self { index: Index::with_table(Arc::new(table)) })
    }

    /// Takes in a text.
    pub fn add(&mut self, slot: Slot, text: &str, conversation: u32, position: u32) {
        let learnt = self.index.learn(text);
        let place = Some(Place { conversation, position });
        self.index.insert(slot, learnt, Facts { place, ..Facts::default() });
    }

    /// The best texts among those whose slot `every` divides: slots and scores in turn.
    pub fn search(&self, query: &str, limit: usize, every: Slot) -> Vec<f64> {
        let query = Query::whole(query);
        // Without a filter, as for the others.
        let hits = if every == 1 {
            self.index.search(&query, limit, |_| true)
        } else {
            self.index.search(&query, limit, |slot| slot.is_multiple_of(every))
        };
        hits.iter().flat_map(|hit| [f64::from(hit.slot), hit.score]).collect()
    }

    /// The segment of these slots.
    pub fn segment(&self, from: Slot, to: Slot) -> Vec<u8> {
        self.index.segment(&(from..to).collect::<Vec<_>>())
    }

    /// Nothing is left to be taken in or written.
    pub fn settle(&mut self) {
        self.index.settle();
    }

    /// Takes in the segment of these slots.
    pub fn load(&mut self, bytes: &[u8], from: Slot, to: Slot) -> Result<(), JsValue> {
        let slots: Vec<Option<Slot>> = (from..to).map(Some).collect();
        self.index.load(bytes, &slots).map_err(|error| JsValue::from_str(&error.to_string()))
    }
}
