import { command } from '../command.ts';
import { table } from '../report.ts';

/** `restage account`: whose key this is, its limits, its balance and what was used. */
export const account = command({
  summary: 'show the account: limits, balance and usage',
  operands: [],
  options: {},
  async run({ restage, terminal: { signal } }) {
    const [info, billing] = await Promise.all([
      restage.account.info({ signal }),
      restage.account.billing({ signal }),
    ]);
    const { rpm, concurrency } = info.rate_limits;
    const rows = [
      ['account', `${info.email}, ${info.billing_type}`],
      ['balance', dollars(billing.prepaid_balance)],
      ['used', `${dollars(billing.current_period_usage)} from ${day(billing.billing_period_start)}`],
      ['limit', info.spending_limit === null ? 'none' : `${dollars(info.spending_limit)} a billing period`],
      ['writes', `${rpm.usage} of ${rpm.limit} in the last minute`],
      ['in flight', `${concurrency.usage} of ${concurrency.limit} jobs`],
      ...billing.meters.map(({ label, total_usage, unit }) => [label, `${total_usage} ${unit}`]),
    ];
    return { data: { info, billing }, text: table(rows) };
  },
});

function dollars(amount: number): string {
  return `$${amount.toFixed(2)}`;
}

function day(unixSeconds: number): string {
  return new Date(unixSeconds * 1000).toISOString().slice(0, 10);
}
