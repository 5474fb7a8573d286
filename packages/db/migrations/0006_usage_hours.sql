-- First, and before the lock on accounts that the foreign key takes: transactions lock the two tables in this order.
LOCK TABLE "generations" IN ACCESS EXCLUSIVE MODE;--> statement-breakpoint
CREATE TABLE "usage_hours" (
	"account_id" text NOT NULL,
	"hour" timestamp (3) with time zone NOT NULL,
	"meter" text NOT NULL,
	"completed" integer NOT NULL,
	"failed" integer NOT NULL,
	"cancelled" integer NOT NULL,
	"credits" bigint NOT NULL,
	CONSTRAINT "usage_hours_account_id_hour_meter_pk" PRIMARY KEY("account_id","hour","meter")
);
--> statement-breakpoint
ALTER TABLE "usage_hours" ADD CONSTRAINT "usage_hours_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "generations_active" ON "generations" USING btree ("account_id","created_at") WHERE "generations"."status" in ('in_queue', 'processing');--> statement-breakpoint
DROP INDEX "generations_usage";--> statement-breakpoint
CREATE FUNCTION usage_hours_count_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO usage_hours AS usage (account_id, hour, meter, completed, failed, cancelled, credits)
  VALUES (
    NEW.account_id,
    date_trunc('hour', NEW.created_at, 'UTC'),
    'api_' || NEW.generation_type || '_' || NEW.max_resolution || 'p',
    (NEW.status = 'completed')::int,
    (NEW.status = 'failed')::int,
    (NEW.status = 'cancelled')::int,
    CASE WHEN NEW.status = 'completed' THEN NEW.cost ELSE 0 END
  )
  ON CONFLICT (account_id, hour, meter) DO UPDATE SET
    completed = usage.completed + excluded.completed,
    failed = usage.failed + excluded.failed,
    cancelled = usage.cancelled + excluded.cancelled,
    credits = usage.credits + excluded.credits;
  RETURN NULL;
END;
$$;
--> statement-breakpoint
CREATE TRIGGER usage_hours_ended AFTER UPDATE OF status ON generations
  FOR EACH ROW WHEN (OLD.status IN ('in_queue', 'processing') AND NEW.status IN ('completed', 'failed', 'cancelled'))
  EXECUTE FUNCTION usage_hours_count_ended();
--> statement-breakpoint
INSERT INTO usage_hours (account_id, hour, meter, completed, failed, cancelled, credits)
SELECT
  account_id,
  date_trunc('hour', created_at, 'UTC'),
  'api_' || generation_type || '_' || max_resolution || 'p',
  count(*) FILTER (WHERE status = 'completed'),
  count(*) FILTER (WHERE status = 'failed'),
  count(*) FILTER (WHERE status = 'cancelled'),
  coalesce(sum(cost) FILTER (WHERE status = 'completed'), 0)
FROM generations
WHERE status IN ('completed', 'failed', 'cancelled')
GROUP BY 1, 2, 3;
