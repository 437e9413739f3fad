// The network, layer by layer.
import * as api from '../api.js';
import { untilAnswered } from '../connection.js';
import { panel, show } from '../dom.js';
import * as format from '../format.js';
import { Table } from '../table.js';

export class Layers {
  constructor({ id }) {
    this.id = id;
    this.table = new Table('Layers', [
      { title: 'Layer', number: true, text: row => row.path ?? String(row.layer ?? '') },
      { title: 'Kind', head: true, text: row => (row.frozen ? `${row.name}, frozen` : row.name) },
      { title: 'Output', text: row => (row.output ? row.output.join(' × ') : '') },
      { title: 'Parameters', number: true, text: row => format.count(row.parameters) },
    ], row => row.layer ?? 'all');
    this.element = panel('Layers', { hidden: true }, this.table.element);
  }

  /**
   * They are known once the job's data has been read, and its steps are counted. One that has ended
   * before may be resumed.
   */
  update({ view, hasEnded }) {
    const of = hasEnded ? 'model' : view.steps_total > 0 ? 'run' : null;
    if (this.found || of === null || of === this.asked) return;
    this.asked = of;
    untilAnswered(`layers of ${this.id}`, this, () => this.load());
  }

  async load() {
    const found = await api.refusedAsNull(api.layers(this.id));
    if (!found) return;
    this.found = true;
    this.table.update([...found.layers, { name: 'all', parameters: found.parameters }]);
    show(this.element, true);
  }

  close() {
    this.closed = true;
  }
}
