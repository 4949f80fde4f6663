/** Can two kinds of rows of numbers be told apart? Two simple classifiers, cross-validated, and a permutation test. */

const K = 7;
const FOLDS = 5;

/** Squared distances between rows whose columns are brought to one scale. */
function distances(rows) {
  const width = rows[0].length;
  const scaled = rows.map(() => new Float64Array(width));
  for (let column = 0; column < width; column++) {
    const ranked = rows.map((row) => row[column]).sort((a, b) => a - b);
    const spread = ranked[Math.floor(0.9 * rows.length)] - ranked[Math.floor(0.1 * rows.length)] || ranked.at(-1) - ranked[0] || 1;
    rows.forEach((row, i) => (scaled[i][column] = Math.max(-3, Math.min(3, (row[column] - ranked[rows.length >> 1]) / spread))));
  }
  return scaled.map((a) => scaled.map((b) => a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0)));
}

/** How often the majority of the nearest others is right. */
function nearest(neighbours, labels) {
  let right = 0;
  neighbours.forEach((near, i) => {
    const votes = near.reduce((sum, other) => sum + (labels[other] ? 1 : -1), 0);
    right += votes > 0 === labels[i] ? 1 : 0;
  });
  return right / labels.length;
}

/** The best threshold on a column in the training rows, and how often it is right on the others; summed over the folds. */
function threshold(orders, labels) {
  let right = 0;
  for (const { order, values, held } of orders) {
    const total = order.reduce((sum, i) => sum + (labels[i] ? 1 : 0), 0);
    let best = { score: 0, cut: Infinity, above: true };
    let below = 0;
    for (let place = 0; place <= order.length; place++) {
      if (place === 0 || place === order.length || values[order[place]] !== values[order[place - 1]]) {
        const score = below + (order.length - place) - (total - below); // true below, false above
        const cut = place === order.length ? Infinity : values[order[place]];
        if (score > best.score) best = { score, cut, above: false };
        if (order.length - score > best.score) best = { score: order.length - score, cut, above: true };
      }
      if (place < order.length) below += labels[order[place]] ? 1 : 0;
    }
    for (const i of held) right += (values[i] >= best.cut === best.above) === labels[i] ? 1 : 0;
  }
  return right / labels.length;
}

/**
 * How well the labels (booleans) can be told from the rows: the best accuracy of all classifiers, and the share of shuffled
 * labellings for which it is as good. `shuffle` gives a permuted copy.
 */
export function tell(rows, labels, shuffle, permutations = 240) {
  const far = distances(rows);
  const neighbours = far.map((row, i) => [...row.keys()].filter((other) => other !== i).sort((a, b) => row[a] - row[b]).slice(0, K));
  const columns = rows[0].map((_, column) => rows.map((row) => row[column])).filter((values) => new Set(values).size > 1);
  const folded = columns.map((values) =>
    Array.from({ length: FOLDS }, (_, fold) => {
      const order = [...values.keys()].filter((i) => i % FOLDS !== fold).sort((a, b) => values[a] - values[b]);
      return { order, values, held: [...values.keys()].filter((i) => i % FOLDS === fold) };
    }),
  );
  const best = (some) => Math.max(nearest(neighbours, some), ...folded.map((orders) => threshold(orders, some)));
  const accuracy = best(labels);
  let asGood = 1;
  for (let i = 0; i < permutations; i++) if (best(shuffle(labels)) >= accuracy) asGood++;
  return { accuracy, chance: asGood / (permutations + 1), columns: columns.length };
}
