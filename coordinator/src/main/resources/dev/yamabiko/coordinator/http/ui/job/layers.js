// The network, layer by layer.
import * as api from '../api.js';
import { reportFailure } from '../connection.js';
import { panel, show } from '../dom.js';
import * as format from '../format.js';
import { Table } from '../table.js';

export class Layers {
  constructor({ id }) {
    this.table = new Table('Layers', [
      { title: 'Layer', number: true, text: row => row.layer },
      { title: 'Kind', head: true, text: row => row.name },
      { title: 'Output', text: row => row.output.join(' × ') },
      { title: 'Parameters', number: true, text: row => format.count(row.parameters) },
    ], row => row.layer);
    this.element = panel('Layers', { hidden: true }, this.table.element);
    this.load(id).catch(e => reportFailure(id, e));
  }

  async load(id) {
    const found = await api.orNull(api.layers(id));
    if (!found) return;
    this.table.update([...found.layers, { layer: '', name: 'all', output: [], parameters: found.parameters }]);
    show(this.element, true);
  }

  update() {}
}
