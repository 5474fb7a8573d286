CREATE TABLE "console_sessions" (
	"hash" text PRIMARY KEY NOT NULL,
	"key_id" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "console_tickets" (
	"hash" text PRIMARY KEY NOT NULL,
	"key_id" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "request_log" (
	"sequence" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "request_log_sequence_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"id" text NOT NULL,
	"account_id" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"procedure" text NOT NULL,
	"transport" text NOT NULL,
	"status" integer NOT NULL,
	"code" text,
	"param" text,
	"message" text,
	"duration_ms" integer NOT NULL,
	"key_prefix" text NOT NULL,
	"generation_id" text
);
--> statement-breakpoint
ALTER TABLE "generations" ADD COLUMN "understood" jsonb;--> statement-breakpoint
ALTER TABLE "console_sessions" ADD CONSTRAINT "console_sessions_key_id_api_keys_id_fk" FOREIGN KEY ("key_id") REFERENCES "public"."api_keys"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "console_tickets" ADD CONSTRAINT "console_tickets_key_id_api_keys_id_fk" FOREIGN KEY ("key_id") REFERENCES "public"."api_keys"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "console_sessions_expiry" ON "console_sessions" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "console_tickets_expiry" ON "console_tickets" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "request_log_page" ON "request_log" USING btree ("account_id","sequence");--> statement-breakpoint
CREATE INDEX "request_log_code" ON "request_log" USING btree ("account_id","code","sequence");--> statement-breakpoint
CREATE INDEX "request_log_id" ON "request_log" USING btree ("id");--> statement-breakpoint
CREATE INDEX "request_log_at" ON "request_log" USING btree ("at");--> statement-breakpoint
CREATE INDEX "credit_entries_page" ON "credit_entries" USING btree ("account_id","id");--> statement-breakpoint
CREATE INDEX "generations_usage" ON "generations" USING btree ("account_id","created_at","status","generation_type","max_resolution","cost");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_page" ON "webhook_deliveries" USING btree ("account_id","id");