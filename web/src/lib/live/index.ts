import { Connection } from './connection.svelte';
import { live } from './store.svelte';

export { live };
export const connection = new Connection(live);
