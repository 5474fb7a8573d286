ALTER TABLE "uploads" ADD COLUMN "attempts" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "uploads" ADD COLUMN "received_attempt" integer;--> statement-breakpoint
-- The bytes that are there came with the first PUT.
UPDATE "uploads" SET "attempts" = 1 WHERE "received_at" IS NOT NULL AND "used_at" IS NULL;
