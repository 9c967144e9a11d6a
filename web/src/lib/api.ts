import type {
  Balance,
  ControlAction,
  ControlAnswer,
  Decision,
  Instrument,
  InstrumentRules,
  MaintenanceWindow,
  OrderLife,
  Refusal,
  Setting,
  System
} from './wire';

/** What came back: the answer, or a refusal that says why in both languages. Never throws. */
export type Answer<T> = { data: T; refusal?: undefined } | { data?: undefined; refusal: Refusal };

async function ask<T>(path: string, init?: RequestInit): Promise<Answer<T>> {
  try {
    const response = await fetch(path, { cache: 'no-store', ...init });
    const body = (await response.json().catch(() => null)) as (T & { error?: Refusal }) | null;
    if (response.ok && body !== null) return { data: body };
    return { refusal: body?.error ?? wordless(response.status) };
  } catch {
    return { refusal: UNREACHABLE };
  }
}

const UNREACHABLE: Refusal = {
  code: 'UNREACHABLE',
  message_ru: 'Сервер не отвечает: проверьте, что процесс работает',
  message_en: 'The server does not answer: check that the process is running',
  detail: null
};

const wordless = (status: number): Refusal => ({
  code: `HTTP_${status}`,
  message_ru: `Сервер ответил кодом ${status} без объяснения`,
  message_en: `The server answered ${status} without an explanation`,
  detail: null
});

export const api = {
  instruments: () => ask<Instrument[]>('/api/ui/instruments'),
  order: (id: string) => ask<OrderLife>(`/api/ui/orders/${encodeURIComponent(id)}`),
  decision: (id: string) => ask<Decision>(`/api/ui/decisions/${encodeURIComponent(id)}`),
  system: () => ask<System>('/api/ui/system'),
  meta: () => ask<InstrumentRules[]>('/api/md/meta'),
  maintenance: () => ask<{ windows: MaintenanceWindow[] }>('/api/system/maintenance'),
  balances: () => ask<{ items: Balance[]; mismatch: number }>('/api/ui/recon/balances'),
  config: () => ask<Setting[]>('/api/ui/config'),
  control: (action: ControlAction, reason: string) =>
    ask<ControlAnswer>('/api/ui/control', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ action, reason })
    })
};
