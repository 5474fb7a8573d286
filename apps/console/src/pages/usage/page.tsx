import { Page } from '../../ui/page.tsx';
import { Activity } from './activity/activity.tsx';
import { Balance } from './balance.tsx';
import { Ledger } from './ledger.tsx';

export default function UsagePage() {
  return (
    <Page title="Usage" description="What the account has, what it uses now, and what its jobs have cost.">
      <Balance />
      <Activity />
      <Ledger />
    </Page>
  );
}
