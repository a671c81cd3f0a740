-- title = "Twins"
-- description = "Two columns of one name."
select i as id, i * 2 as twin, i * 3 as twin, 'x' as other from generate_series(1, 20) as i
