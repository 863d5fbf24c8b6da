-- where a key was imported from: gh:ada, lp:ada; null where somebody wrote it down
alter table ssh_key add column source varchar(100);
