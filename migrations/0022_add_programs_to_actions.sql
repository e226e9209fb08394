-- The name of the program by which a member did something, as the program called itself then; null:
-- they did it themselves.
alter table member_actions add column program text;

-- down
alter table member_actions drop column program;
