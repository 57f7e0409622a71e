import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import { Construct } from 'constructs';
import type { StageConfig } from '../stage-config.ts';

/** Monthly budget of resources with the stage's tag; an e-mail says that it is or will be exceeded. */
export class StageBudget extends Construct {
  constructor(scope: Construct, id: string, config: StageConfig) {
    super(scope, id);
    const { stage, monthlyBudgetUsd, alertEmail } = config;
    if (monthlyBudgetUsd === undefined || alertEmail === undefined) return;
    const subscribers = [{ subscriptionType: 'EMAIL', address: alertEmail }];
    const notify = (notificationType: 'ACTUAL' | 'FORECASTED', threshold: number) => ({
      notification: { notificationType, threshold, comparisonOperator: 'GREATER_THAN' },
      subscribers,
    });
    new CfnBudget(this, 'Resource', {
      budget: {
        // No name: CloudFormation replaces the budget when its address changes.
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: monthlyBudgetUsd, unit: 'USD' },
        // The tag that every resource of the stage has.
        costFilters: { TagKeyValue: [`user:stage$${stage}`] },
      },
      notificationsWithSubscribers: [notify('ACTUAL', 80), notify('FORECASTED', 100)],
    });
  }
}
