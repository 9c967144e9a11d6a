import { api } from '../../lib/api';
import { explain, said, t } from '../../lib/i18n/locale.svelte';
import type { ControlAction, ControlAnswer } from '../../lib/wire';

/** One press and what came of it. The outcome stays until the reader closes it. */
export class Control {
  step = $state<'asking' | 'sending' | 'done'>('asking');
  refused = $state<string | null>(null);
  outcome = $state<string | null>(null);
  /** What is not certain yet about what was done. */
  warning = $state<string | null>(null);

  async press(action: ControlAction, reason: string) {
    if (this.step === 'sending') return;
    this.refused = null;
    if (!reason.trim()) {
      this.refused = t('control.reason.missing');
      return;
    }
    this.step = 'sending';
    const { data, refusal } = await api.control(action, reason.trim());
    this.refused = refusal ? explain(refusal) : null;
    this.outcome = data ? tell(action, data) : null;
    this.warning = said(data?.warning) || null;
    this.step = data ? 'done' : 'asking';
  }
}

function tell(action: ControlAction, answer: ControlAnswer): string {
  if (action === 'hold') return t('hold.done', answer.canceled);
  if (action === 'kill') return t('kill.done', answer.canceled);
  if (action === 'accept') return t('accept.done');
  return action === 'resume' ? t('resume.done') : t('rearm.done');
}
