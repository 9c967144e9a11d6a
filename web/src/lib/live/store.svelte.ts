import type {
  Bar,
  DecisionRow,
  Envelope,
  Exposure,
  Frame,
  GateStats,
  Health,
  Instrument,
  Ladder,
  Mark,
  OrderRow,
  PnlPoint,
  Pnl,
  Position,
  VenueStatus
} from '../wire';
import { mergeBars, mergeDecisions, mergeMarks, mergeOrders, mergePoints } from './merge';

/** Everything the desk has told us, one field a topic. Replaced whole on change, so nothing else re-renders. */
export class Live {
  frame = $state.raw<Frame | null>(null);
  ladder = $state.raw<Ladder | null>(null);
  bars = $state.raw<Bar[]>([]);
  marks = $state.raw<Mark[]>([]);
  candlesOf = $state<string | null>(null);
  orders = $state.raw<OrderRow[]>([]);
  positions = $state.raw<Position[]>([]);
  pnl = $state.raw<Pnl | null>(null);
  points = $state.raw<PnlPoint[]>([]);
  exposure = $state.raw<Exposure | null>(null);
  decisions = $state.raw<DecisionRow[]>([]);
  gate = $state.raw<GateStats | null>(null);
  health = $state.raw<Health | null>(null);
  venues = $state.raw<VenueStatus[]>([]);
  instruments = $state.raw<Instrument[]>([]);

  apply(message: Envelope) {
    const { whole } = message;
    switch (message.topic) {
      case 'orders':
        this.orders = mergeOrders(whole ? [] : this.orders, message.data);
        break;
      case 'decisions':
        this.decisions = mergeDecisions(whole ? [] : this.decisions, message.data);
        break;
      case 'candles': {
        const { instrument, bars, marks } = message.data;
        const fresh = whole || instrument !== this.candlesOf;
        this.candlesOf = instrument;
        this.bars = mergeBars(fresh ? [] : this.bars, bars);
        this.marks = mergeMarks(fresh ? [] : this.marks, marks);
        break;
      }
      case 'pnl':
        this.points = mergePoints(whole ? [] : this.points, message.data.points);
        this.pnl = message.data;
        break;
      case 'frame':
        this.frame = message.data;
        break;
      case 'ladder':
        this.ladder = message.data;
        break;
      case 'positions':
        this.positions = message.data;
        break;
      case 'exposure':
        this.exposure = message.data;
        break;
      case 'gate':
        this.gate = message.data;
        break;
      case 'health':
        this.health = message.data;
        break;
      case 'venues':
        this.venues = message.data;
        break;
    }
  }

  instrument(id: string | null | undefined): Instrument | undefined {
    return this.instruments.find((instrument) => instrument.id === id);
  }
}

export const live = new Live();
